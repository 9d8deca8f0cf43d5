import { env, runInDurableObject } from "cloudflare:test";
import { Ledger } from "../../../durable-objects/form-ledger/ledger";
import { Settler } from "../../../durable-objects/form-ledger/settler";
import { LedgerStorage } from "../../../durable-objects/form-ledger/storage";
import { type AcceptRequest, type Cell, type ChangeRequest, dataHash, type Outcome } from "../../../src/responses";
import { newId } from "../../../src/shared/ids";
import { createLogger } from "../../../src/shared/log";
import type { PrimaryStore, SettleBatch } from "../../../src/store";

export const NOW = Date.UTC(2026, 0, 31, 9);
export const HOUR = 3_600_000;

export function acceptRequest(over: Partial<AcceptRequest> = {}): AcceptRequest {
  const data = over.data ?? '{"name":"Ada"}';
  return {
    workspaceId: "ws_1",
    responseId: newId("response"),
    formVersion: 1,
    status: "complete",
    startedAt: null,
    submittedAt: null,
    data,
    meta: "{}",
    salt: "salt",
    dataHash: dataHash("salt", data),
    bytes: data.length,
    audit: null,
    cells: [["name", ""]] as Cell[],
    correlationId: "req_1",
    idempotency: null,
    guards: { opensAt: null, closesAt: null, quota: null, quotas: [], elsewhere: { complete: 0, values: [] }, duplicateKey: null },
    start: null,
    resumeHash: null,
    resumes: null,
    ...over,
  };
}

export function changeRequest(accepted: Outcome & { kind: "accepted" }, head: number, over: Partial<ChangeRequest> = {}): ChangeRequest {
  const { data: _, ...base } = acceptRequest({ responseId: accepted.responseId });
  const effect = { status: "complete" as const, submittedAt: accepted.submittedAt, durationMs: null, cells: [["name", ""]] as Cell[] };
  return {
    ...base,
    kind: "update",
    turn: 1,
    data: '{"name":"Grace"}',
    basedOn: accepted.seq,
    readAt: head,
    row: { seq: accepted.seq, submittedAt: accepted.submittedAt, durationMs: null },
    take: effect,
    add: effect,
    freesDuplicate: false,
    ...over,
  };
}

export interface Bench {
  ledger: Ledger;
  settler: Settler;
  storage: DurableObjectStorage;
  /** What the fake store was given and took. */
  batches: SettleBatch[];
  sent: unknown[];
  /** What it said about its troubles, to whoever watches over all ledgers. */
  alarms: unknown[];
  clock: { now: number };
  /** What the queue answers from now on. */
  refuse(error: Error | null): void;
  accept(over?: Partial<AcceptRequest>): Outcome & { kind: "accepted" };
  /** The same disk, a new memory. */
  restarted(): Ledger;
}

/** A ledger on the real storage of an object of its own, with a store that does as it is told. */
export function onLedger<T>(
  work: (bench: Bench) => T | Promise<T>,
  settle?: (batch: SettleBatch, taken: SettleBatch[]) => ReturnType<PrimaryStore["settle"]>,
): Promise<T> {
  const name = { formId: newId("form"), shard: 0 };
  const stub = env.LEDGER.getByName(`${name.formId}:0`);
  return runInDurableObject(stub, (_, state) => {
    const ledger = new Ledger(new LedgerStorage(state.storage), name);
    const batches: SettleBatch[] = [];
    const sent: unknown[] = [];
    const alarms: unknown[] = [];
    let refusal: Error | null = null;
    const refuse = (error: Error | null) => {
      refusal = error;
    };
    const clock = { now: NOW };
    const take = async (batch: SettleBatch) => {
      const watermark = batches.at(-1)?.toSeq ?? 0;
      if (batch.fromSeq !== watermark + 1) return { kind: "behind" as const, watermark };
      batches.push(batch);
      return { kind: "settled" as const };
    };
    const settler = new Settler(ledger, {
      store: { settle: (batch) => (settle === undefined ? take(batch) : settle(batch, batches)) },
      send: async (message) => {
        if (refusal !== null) throw refusal;
        sent.push(message);
      },
      alarm: (trouble) => alarms.push(trouble),
      log: createLogger({}, () => undefined),
      now: () => clock.now,
    });
    const accept = (over: Partial<AcceptRequest> = {}) => {
      const outcome = ledger.accept(acceptRequest(over), clock.now);
      if (outcome.kind !== "accepted") throw new Error(`Not accepted: ${JSON.stringify(outcome)}`);
      return outcome as Outcome & { kind: "accepted" };
    };
    const restarted = () => new Ledger(new LedgerStorage(state.storage), name);
    return work({ ledger, settler, storage: state.storage, batches, sent, alarms, clock, refuse, accept, restarted });
  });
}
