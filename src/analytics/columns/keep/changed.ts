// Rows that have changed since they were laid out: where they lie they count no more, here they are told anew. By shard and number.
import type { Block } from "../engine/block";
import { layOut } from "../engine/laid-out";
import type { ColumnRow } from "../segment/rows";

export class Changed {
  /** Null: it is no more. Undefined: still to be read. */
  readonly #rows = new Map<number, Map<number, ColumnRow | null | undefined>>();
  #block: Block | null = null;

  get count(): number {
    return [...this.#rows.values()].reduce((sum, rows) => sum + rows.size, 0);
  }

  shards(): number[] {
    return [...this.#rows.keys()];
  }

  /** What is known of it is no longer so. */
  note(shard: number, seqs: readonly number[]): void {
    for (const seq of seqs) this.set(shard, seq, undefined);
  }

  set(shard: number, seq: number, row: ColumnRow | null | undefined): void {
    const ofShard = this.#rows.get(shard) ?? new Map<number, ColumnRow | null | undefined>();
    this.#rows.set(shard, ofShard);
    ofShard.set(seq, row);
    this.#block = null;
  }

  /** It has been laid out as it is now. */
  settle(shard: number, seqs: readonly number[]): void {
    const ofShard = this.#rows.get(shard);
    if (ofShard === undefined) return;
    for (const seq of seqs) if (ofShard.delete(seq)) this.#block = null;
  }

  unread(shard: number): number[] {
    return [...(this.#rows.get(shard) ?? [])].flatMap(([seq, row]) => (row === undefined ? [seq] : []));
  }

  between(shard: number, first: number, last: number): number[] {
    return [...(this.#rows.get(shard)?.keys() ?? [])].filter((seq) => seq >= first && seq <= last);
  }

  clear(): void {
    this.#rows.clear();
    this.#block = null;
  }

  block(): Block {
    const told = [...this.#rows.values()].flatMap((rows) => [...rows.values()].filter((row) => row !== null && row !== undefined));
    this.#block ??= layOut(told);
    return this.#block;
  }
}
