// Settles as a ledger would send them, made by hand: one builder for the entries of one form and shard.
import { expect } from "vitest";
import { newId } from "../../src/shared/ids";
import type {
  EntryAudit,
  EntryKind,
  PrimaryStore,
  ResponseStatus,
  RollupDelta,
  SettleBatch,
  SettledEntry,
  SettledRow,
} from "../../src/store";

export interface Written {
  id?: string;
  kind?: EntryKind;
  status?: ResponseStatus;
  data?: Record<string, unknown> | null;
  meta?: Record<string, unknown>;
  submittedAt?: number;
  audit?: EntryAudit | null;
}

const DAY = Date.UTC(2026, 0, 31);

/** A ledger that has settled nothing yet. Each `write` is one entry; `take` makes a settle of what was written since the last. */
export class FakeLedger {
  readonly formId = newId("form");
  #entries: { entry: SettledEntry; row: SettledRow }[] = [];
  readonly #known = new Map<string, SettledRow>();
  #seq = 0;

  constructor(
    readonly shard = 0,
    readonly workspaceId = newId("workspace"),
    formId?: string,
  ) {
    if (formId !== undefined) this.formId = formId;
  }

  get seq(): number {
    return this.#seq;
  }

  /** Whether there is anything to take. */
  get hasMore(): boolean {
    return this.#entries.length > 0;
  }

  write({
    id = newId("response"),
    kind = "accept",
    status = "complete",
    data = {},
    meta = {},
    submittedAt,
    audit = null,
  }: Written = {}): string {
    this.#seq += 1;
    const seq = this.#seq;
    const before = this.#known.get(id);
    const at = DAY + seq * 1_000;
    const text = data === null ? null : JSON.stringify(data);
    const gone = kind === "delete" || kind === "erase";
    const row: SettledRow = {
      id,
      seq: before?.seq ?? seq,
      lastSeq: seq,
      dataSeq: text === null ? null : seq,
      formVersion: 1,
      status,
      submittedAt: submittedAt ?? before?.submittedAt ?? at,
      startedAt: null,
      durationMs: 1_500,
      updatedAt: at,
      deletedAt: gone ? at : null,
      erasedAt: kind === "erase" ? at : null,
      dataHash: `digest of ${seq}`,
      meta: text === null ? null : JSON.stringify(meta),
      data: text,
    };
    this.#known.set(id, row);
    const { formVersion, dataHash } = row;
    const entry: SettledEntry = {
      ...{ seq, responseId: id, kind, formVersion, status, at, dataHash, audit },
      submittedAt: row.submittedAt,
      salt: text === null ? null : `salt ${seq}`,
      hash: `hash ${seq}`,
      correlationId: "req_of_a_test",
      data: null,
    };
    this.#entries.push({ entry, row });
    return id;
  }

  take(rollups: RollupDelta[] = []): SettleBatch {
    const taken = this.#entries;
    this.#entries = [];
    return this.batchOf(taken, rollups);
  }

  batchOf(taken: { entry: SettledEntry; row: SettledRow }[], rollups: RollupDelta[]): SettleBatch {
    const { formId, workspaceId, shard } = this;
    const rows = new Map<string, SettledRow>();
    for (const { row } of taken) {
      const before = rows.get(row.id);
      const dataSeq = row.dataSeq ?? before?.dataSeq ?? null;
      rows.set(row.id, { ...row, dataSeq, meta: row.meta ?? before?.meta ?? null, data: row.data ?? before?.data ?? null });
    }
    const entries = taken.map(({ entry, row }, i) => {
      const replaced = row.data !== null && taken.some((later, j) => j > i && later.row.id === row.id && later.row.data !== null);
      return replaced ? { ...entry, data: row.data } : entry;
    });
    const [first, last] = [entries[0], entries.at(-1)];
    if (first === undefined || last === undefined) throw new Error("Nothing was written.");
    const range = { fromSeq: first.seq, toSeq: last.seq, hash: last.hash };
    return {
      formId,
      workspaceId,
      shard,
      ...range,
      rows: [...rows.values()],
      entries,
      rollups,
      correlationId: "req_of_a_test",
      now: last.at,
    };
  }
}

export function rollup(over: Partial<RollupDelta> = {}): RollupDelta {
  return { day: "2026-01-31", field: "", value: "", count: 1, sum: 0, min: null, max: null, loose: false, ...over };
}

/** These responses, accepted and settled. */
export async function settledIn(store: PrimaryStore, ...written: Written[]) {
  const ledger = new FakeLedger();
  const ids = written.map((one) => ledger.write(one));
  expect(await store.settle(ledger.take())).toEqual({ kind: "settled" });
  return { store, ledger, ids };
}
