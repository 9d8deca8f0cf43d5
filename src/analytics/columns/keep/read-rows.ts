// The rows of one segment, out of the store, a page at a time.
import type { PrimaryStore, ResponseRow } from "../../../store";
import type { Limits } from "./limits";

export interface Wanted {
  workspaceId: string;
  formId: string;
  shard: number;
  /** Numbered after this one, and up to that one. */
  after: number;
  upTo: number;
  /** Null: all of them, however much that is. */
  most: number | null;
}

export interface ReadRows {
  rows: ResponseRow[];
  /** Of the last one. */
  lastSeq: number;
  /** As many as were wanted, or as much as may be in one segment. */
  full: boolean;
}

export async function readRows(store: Pick<PrimaryStore, "scanResponses">, wanted: Wanted, limits: Limits): Promise<ReadRows> {
  const { workspaceId, formId, shard, upTo, most } = wanted;
  const rows: ResponseRow[] = [];
  let bytes = 0;
  let lastSeq = wanted.after;
  for (;;) {
    const limit = most === null ? limits.pageRows : Math.min(limits.pageRows, most - rows.length);
    const page = await store.scanResponses(workspaceId, formId, shard, lastSeq, limit);
    const inRange = page.filter(({ seq }) => seq <= upTo);
    for (const row of inRange) {
      rows.push(row);
      bytes += sizeOf(row);
    }
    lastSeq = inRange.at(-1)?.seq ?? lastSeq;
    if (most !== null && (rows.length >= most || bytes > limits.segmentBytes)) return { rows, lastSeq, full: true };
    if (page.length < limit || inRange.length < page.length) return { rows, lastSeq, full: false };
  }
}

/** Near enough: what is long is text. */
function sizeOf({ data }: ResponseRow): number {
  let bytes = 0;
  for (const value of Object.values(data)) bytes += typeof value === "string" ? value.length : 16;
  return bytes;
}
