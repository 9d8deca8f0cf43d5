// A form's responses as they stood at one position, page by page in order of time, while the form goes on accepting. Rows that nobody
// has touched since are read as they are; the few that were are rebuilt from their entries. Reading a whole form as of a position
// with `ListQuery.asOf` would rebuild all of them for every page.
import type { Condition } from "./conditions";
import type { ResponseRow } from "./primary";
import type { Marks } from "./state";

export interface SnapshotQuery {
  workspaceId: string;
  formId: string;
  marks: Marks;
  condition?: Condition;
  /** As in a list: every one must occur, as the beginning of a word. */
  words?: readonly string[];
  /** Those that lay in the bin, instead of those that did not. */
  deleted?: boolean;
  descending: boolean;
}

/** `[submittedAt, seq, shard]` */
export type RowKey = readonly [submittedAt: number, seq: number, shard: number];

export interface TouchedRow {
  id: string;
  shard: number;
  /** Of the newest entry about it that was found. */
  entry: number;
}

export interface SnapshotStore {
  /** How many rows there are to read; of those touched since, none. */
  count(query: SnapshotQuery): Promise<number>;
  /** Rows that nobody has touched since the position, in order, after `after`. */
  untouched(query: SnapshotQuery, after: RowKey | null, limit: number): Promise<ResponseRow[]>;
  /** Rows of the position that an entry after `since` has changed or deleted, in order of entry within each ledger. */
  touched(query: SnapshotQuery, since: Marks, limit: number): Promise<TouchedRow[]>;
  /** Those of them that were there at the position, as they stood; erased ones are gone. Condition and words are left to the caller. */
  asTheyStood(query: SnapshotQuery, ids: readonly string[]): Promise<ResponseRow[]>;
}

/** By number of the ledger, so that a row's own ledger picks its mark. */
export function marksByShard(marks: Marks): number[] {
  const list: number[] = [];
  for (const [shard, seq] of marks) list[shard] = seq;
  return Array.from(list, (seq) => seq ?? 0);
}
