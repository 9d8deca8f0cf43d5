// Turns a run of entries into what one settle writes. Pure; no I/O, `now` is passed in.
import type { RollupDelta, SettleBatch, SettledEntry, SettledRow } from "../../store";
import { TOOK, timeSlot } from "../journey";
import type { Effect, StoredEntry } from "./types";

// A D1 parameter holds 2 MB; entries add a few hundred bytes each around their answers.
export const MAX_SETTLE_ENTRIES = 1_000;
export const MAX_SETTLE_BYTES = 1_000_000;

export interface LedgerIdentity {
  formId: string;
  workspaceId: string;
  shard: number;
}

export function settleBatch(identity: LedgerIdentity, entries: readonly StoredEntry[], now: number): SettleBatch {
  const first = entries[0];
  const last = entries.at(-1);
  if (first === undefined || last === undefined) throw new Error("A settle needs at least one entry.");
  const rows = new Map<string, SettledRow>();
  const settled: SettledEntry[] = [];
  const holder = new Map<string, SettledEntry>();
  const rollups = new Rollups();
  for (const entry of entries) {
    const row = rowAfter(entry, rows.get(entry.responseId));
    rows.set(entry.responseId, row);
    const written = settledEntry(entry);
    settled.push(written);
    if (entry.data !== null) {
      // Written twice within this batch: the older version never reaches `responses`, so its entry keeps it.
      const older = holder.get(entry.responseId);
      if (older !== undefined) older.data = entry.kind === "erase" ? null : dataOf(entries, older.seq, first.seq);
      holder.set(entry.responseId, written);
    }
    if (entry.take !== null) rollups.apply(entry.take, -1);
    if (entry.add !== null) rollups.apply(entry.add, 1);
  }
  return {
    ...identity,
    fromSeq: first.seq,
    toSeq: last.seq,
    hash: last.hash,
    rows: [...rows.values()],
    entries: settled,
    rollups: rollups.deltas(),
    correlationId: last.correlationId,
    now,
  };
}

function dataOf(entries: readonly StoredEntry[], seq: number, firstSeq: number): string | null {
  return entries[seq - firstSeq]?.data ?? null;
}

function rowAfter(entry: StoredEntry, before: SettledRow | undefined): SettledRow {
  return {
    id: entry.responseId,
    seq: entry.rowSeq,
    lastSeq: entry.seq,
    dataSeq: entry.data !== null ? entry.seq : (before?.dataSeq ?? null),
    formVersion: entry.formVersion,
    status: entry.status,
    submittedAt: entry.submittedAt,
    startedAt: entry.startedAt,
    durationMs: entry.durationMs,
    updatedAt: entry.at,
    deletedAt: entry.kind === "delete" || entry.kind === "erase" ? entry.at : null,
    erasedAt: entry.kind === "erase" ? entry.at : null,
    dataHash: entry.dataHash,
    meta: entry.meta ?? before?.meta ?? null,
    data: entry.data ?? before?.data ?? null,
  };
}

function settledEntry(entry: StoredEntry): SettledEntry {
  const { seq, responseId, kind, formVersion, status, at, submittedAt, dataHash, salt, hash, audit, correlationId } = entry;
  return { seq, responseId, kind, formVersion, status, at, submittedAt, dataHash, salt, hash, audit, correlationId, data: null };
}

export class Rollups {
  readonly #deltas = new Map<string, RollupDelta>();

  apply(effect: Effect, sign: 1 | -1): void {
    const day = new Date(effect.submittedAt).toISOString().slice(0, 10);
    // What a partial response tells is how far it came; it is no response yet.
    if (effect.status !== "complete") {
      for (const [field, value] of effect.cells) this.#add(day, field, value, sign);
      return;
    }
    if (effect.durationMs !== null) this.#add(day, TOOK, String(timeSlot(effect.durationMs)), sign);
    this.#add(day, "", "", sign);
    for (const [field, value, number] of effect.cells) this.#add(day, field, value, sign, number);
  }

  deltas(): RollupDelta[] {
    return [...this.#deltas.values()];
  }

  #add(day: string, field: string, value: string, sign: 1 | -1, number?: number): void {
    const name = `${day}\0${field}\0${value}`;
    const delta = this.#deltas.get(name) ?? { day, field, value, count: 0, sum: 0, min: null, max: null, loose: false };
    this.#deltas.set(name, delta);
    delta.count += sign;
    if (number === undefined) return;
    delta.sum += sign * number;
    if (sign === -1) delta.loose = true;
    else {
      delta.min = Math.min(delta.min ?? number, number);
      delta.max = Math.max(delta.max ?? number, number);
    }
  }
}

/** What remains of an entry whose answers a store refuses: its place, its hashes, and an empty row that says so. */
export function withoutAnswers(entry: StoredEntry): StoredEntry {
  return { ...entry, meta: '{"set_aside":true}', data: entry.data === null ? null : "{}" };
}
