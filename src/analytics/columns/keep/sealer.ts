// Lays rows out in segments: those after the last one, once they are enough, and again those that have changed. What is laid out is
// always read from the store, never from memory.
import type { PrimaryStore, ResponseRow } from "../../../store";
import type { Changed } from "./changed";
import type { Limits } from "./limits";
import { liveRows, makeColumns } from "./make";
import { type ReadRows, readRows, type Wanted } from "./read-rows";
import type { Segments } from "./segments";
import type { SegmentHead } from "./shelf";
import type { Tail } from "./tail";

/** What is there of a form's columns; who answers from them and who makes them share it. */
export interface Kept {
  segments: Segments;
  tails: Map<number, Tail>;
  changed: Changed;
}

export class Sealer {
  /** There were too few rows: before the store has come this far, by shard and least, it need not be read again. */
  readonly #enoughAt = new Map<string, number>();

  constructor(
    private readonly from: { store: Pick<PrimaryStore, "scanResponses">; formId: string; limits: Limits },
    private readonly kept: Kept,
  ) {}

  forget(): void {
    this.#enoughAt.clear();
  }

  /** Makes one anew in which rows have changed. False when there is none. */
  async remakeOne(workspaceId: string): Promise<boolean> {
    for (const head of this.kept.segments.heads) {
      if (this.kept.changed.between(head.shard, head.firstSeq, head.lastSeq).length === 0) continue;
      await this.#remake(workspaceId, head);
      return true;
    }
    return false;
  }

  async #remake(workspaceId: string, head: SegmentHead): Promise<void> {
    const { shard, firstSeq, lastSeq } = head;
    const told = this.kept.changed.between(shard, firstSeq, lastSeq);
    const { rows } = await this.#read({ workspaceId, shard, after: firstSeq - 1, upTo: lastSeq, most: null });
    this.#put({ shard, firstSeq, lastSeq, taken: head.taken, rows: 0 }, rows, [head], told);
  }

  /** The rows after the last segment, once they are enough for one; a segment that is not full grows instead. */
  async sealNext(workspaceId: string, shard: number, mark: number, least: number): Promise<boolean> {
    const { segmentRows } = this.from.limits;
    const last = this.kept.segments.last(shard);
    const grows = last !== undefined && last.taken < (segmentRows * 3) / 4 ? last : undefined;
    const after = grows === undefined ? (last?.lastSeq ?? 0) : grows.firstSeq - 1;
    if (mark - after < least || mark - (last?.lastSeq ?? 0) < Math.min(least, segmentRows / 4)) return false;
    const tried = `${shard} ${least}`;
    if (mark < (this.#enoughAt.get(tried) ?? 0)) return false;
    const { rows, lastSeq, full } = await this.#read({ workspaceId, shard, after, upTo: mark, most: segmentRows });
    const isLarger = lastSeq > (last?.lastSeq ?? 0);
    if (!isLarger || (rows.length < least && !full)) {
      this.#enoughAt.set(tried, mark + Math.max(1, least - rows.length));
      return false;
    }
    const told = this.kept.changed.between(shard, after + 1, lastSeq);
    // One that is closed because its answers are long is full as well.
    const taken = full ? Math.max(rows.length, segmentRows) : rows.length;
    this.#put({ shard, firstSeq: after + 1, lastSeq, taken, rows: 0 }, rows, grows === undefined ? [] : [grows], told);
    return true;
  }

  /** Many shards with a little each: their tails together are too much to be read for each question. */
  async sealShort(workspaceId: string, marks: readonly (readonly [shard: number, seq: number])[]): Promise<boolean> {
    const waiting = marks.map(([shard, seq]) => ({ shard, seq, rows: seq - (this.kept.segments.last(shard)?.lastSeq ?? 0) }));
    if (waiting.reduce((sum, { rows }) => sum + rows, 0) <= this.from.limits.tailRows / 2) return false;
    for (const { shard, seq } of waiting.sort((a, b) => b.rows - a.rows)) {
      if (await this.sealNext(workspaceId, shard, seq, this.from.limits.leastRows)) return true;
    }
    return false;
  }

  #read(wanted: Omit<Wanted, "formId">): Promise<ReadRows> {
    const { store, formId, limits } = this.from;
    return readRows(store, { ...wanted, formId }, limits);
  }

  #put(head: Omit<SegmentHead, "id">, rows: readonly ResponseRow[], replaced: readonly SegmentHead[], told: readonly number[]): void {
    const live = liveRows(rows);
    const added = rows.filter(({ seq }) => replaced.every(({ lastSeq }) => seq > lastSeq)).length;
    const ids = replaced.map(({ id }) => id);
    this.kept.segments.shelf.put({ ...head, rows: live.length }, makeColumns(live), ids, told);
    for (const id of ids) this.kept.segments.forget(id);
    this.kept.segments.reload();
    this.kept.changed.settle(head.shard, told);
    this.kept.tails.get(head.shard)?.sealed(head.lastSeq, added);
  }

  /** Of one that cannot be read: it and those after it will be made again. */
  lose(id: number): void {
    const head = this.kept.segments.heads.find((one) => one.id === id);
    // Whatever follows would no longer be the rows right after the one before.
    const lost = this.kept.segments.heads.filter((one) => one.shard === head?.shard && one.firstSeq >= head.firstSeq);
    this.kept.segments.shelf.drop(lost.map((one) => one.id));
    for (const one of lost) this.kept.segments.forget(one.id);
    this.kept.segments.reload();
    if (head !== undefined) {
      this.kept.tails.delete(head.shard);
      this.#enoughAt.clear();
    }
  }
}
