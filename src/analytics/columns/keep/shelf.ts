// Where segments lie, as their keeper needs it. Every method is one transaction, or reads.
import type { ColumnStats } from "../engine/block";

export interface SegmentHead {
  id: number;
  shard: number;
  /** The rows numbered from here to there, those included that are no more; no other segment of the shard has any of them. */
  firstSeq: number;
  lastSeq: number;
  /** As they were counted when it was made, deleted ones included: what tells a full segment from one that can still grow. */
  taken: number;
  /** How many rows there are in its columns. */
  rows: number;
}

export interface StoredColumn {
  name: string;
  stats: ColumnStats;
  /** Packed. */
  values: Uint8Array<ArrayBuffer>;
  dictionary: Uint8Array<ArrayBuffer> | null;
}

export type Part = "values" | "dictionary";

export interface Shelf {
  segments(): SegmentHead[];
  statsOf(name: string): Map<number, ColumnStats>;
  /** Null when there is none. */
  read(segment: number, name: string, part: Part): Uint8Array | null;
  /** A segment in place of others; of its rows, those in `settled` need no longer be told anew. Old bytes are overwritten. */
  put(
    head: Omit<SegmentHead, "id">,
    columns: readonly StoredColumn[],
    replaced: readonly number[],
    settled: readonly number[],
  ): SegmentHead;
  drop(segments: readonly number[]): void;
  /** Rows in segments that have changed since, and how far the entries of each shard have been looked through for them. */
  changed(): { shard: number; seq: number }[];
  looked(): Map<number, number>;
  noteChanged(shard: number, seqs: readonly number[], looked: number): void;
  workspaceId(): string | null;
  setWorkspaceId(workspaceId: string): void;
  /** Everything; old bytes are overwritten. */
  clear(): void;
}
