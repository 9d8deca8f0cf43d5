// Responses as a set: as they are now, or as they stood when each ledger had reached a certain entry. The second is rebuilt from
// the entries, which keep every version of the answers; what was erased since stays erased.

/** How far each ledger is read, as `[shard, seq]`; a ledger that is not named is not read at all. */
export type Marks = readonly (readonly [shard: number, seq: number])[];

export interface StateQuery {
  workspaceId: string;
  formId: string;
  /** Null: as they are now. */
  asOf: Marks | null;
}

export interface StateTotals {
  complete: number;
  partial: number;
  durationMs: number;
  timed: number;
  lastSubmittedAt: number | null;
  /** Complete ones within the span that was asked for. */
  today: number;
}

export interface FieldValue {
  shard: number;
  seq: number;
  formVersion: number;
  value: unknown;
}

/** Only complete responses that are not deleted count, except where it says otherwise. */
export interface StateStore {
  /** The newest entry of each ledger that is not later than `time`; ledgers without one are left out. */
  marksAt(formId: string, time: number): Promise<[shard: number, seq: number][]>;
  totals(query: StateQuery, from: number, to: number): Promise<StateTotals>;
  /** The numbers at that path and how often each was given, in order, from after `after`. */
  numberCounts(query: StateQuery, path: string, after: number | null, limit: number): Promise<[value: number, count: number][]>;
  /** What each response holds in that top-level field, if anything, in order of `[shard, seq]`. */
  fieldValues(query: StateQuery, field: string, after: readonly [shard: number, seq: number], limit: number): Promise<FieldValue[]>;
}
