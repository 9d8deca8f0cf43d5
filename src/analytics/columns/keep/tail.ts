// What no segment covers yet, of one shard, by column in memory: the store has it on disk. Blocks of a thousand rows; only the last
// one is still rows, because it is still growing. Rows that were changed since are taken out here and told anew by `Changed`.
import type { ResponseRow } from "../../../store";
import type { Block } from "../engine/block";
import { frozen, layOut } from "../engine/laid-out";
import type { ColumnRow } from "../segment/rows";
import { toColumnRow } from "./make";

export const ROWS_A_BLOCK = 1_024;

interface TailBlock {
  seqs: Float64Array;
  dead: Uint8Array;
  block: Block;
}

export class Tail {
  /** The last row read, deleted ones included. */
  readTo: number;
  /** How many were read since the last segment. */
  taken = 0;
  #blocks: TailBlock[] = [];
  #open: ColumnRow[] = [];
  #openBlock: Block | null = null;

  constructor(sealedTo: number) {
    this.readTo = sealedTo;
  }

  get held(): number {
    return this.#blocks.reduce((sum, { seqs, block }) => sum + seqs.byteLength + block.rows + (block.held ?? 0), 0);
  }

  add(rows: readonly ResponseRow[]): void {
    for (const row of rows) {
      this.readTo = row.seq;
      this.taken += 1;
      if (row.deletedAt !== null) continue;
      this.#open.push(toColumnRow(row));
      this.#openBlock = null;
      if (this.#open.length === ROWS_A_BLOCK) this.#freeze();
    }
  }

  /** These rows count no more as they stand here. */
  bury(seqs: readonly number[]): void {
    for (const seq of seqs) {
      const at = this.#open.findIndex((row) => row.seq === seq);
      if (at >= 0) {
        this.#open.splice(at, 1);
        this.#openBlock = null;
        continue;
      }
      for (const { seqs: ofBlock, dead } of this.#blocks) {
        const place = placeOf(ofBlock, seq);
        if (place >= 0) dead[place] = 1;
      }
    }
  }

  /** A segment covers everything up to there by now. */
  sealed(lastSeq: number, taken: number): void {
    this.taken = Math.max(0, this.taken - taken);
    this.readTo = Math.max(this.readTo, lastSeq);
    this.#blocks = this.#blocks.filter(({ seqs }) => (seqs.at(-1) ?? 0) > lastSeq);
    for (const { seqs, dead } of this.#blocks) for (let i = 0; i < seqs.length && (seqs[i] as number) <= lastSeq; i++) dead[i] = 1;
    this.#open = this.#open.filter(({ seq }) => seq > lastSeq);
    this.#openBlock = null;
  }

  blocks(): Block[] {
    if (this.#open.length > 0) this.#openBlock ??= layOut(this.#open);
    const open = this.#open.length > 0 && this.#openBlock !== null ? [this.#openBlock] : [];
    return [...this.#blocks.map(({ block, dead }) => ({ ...block, dead: dead.includes(1) ? dead : null })), ...open];
  }

  #freeze(): void {
    const seqs = Float64Array.from(this.#open, ({ seq }) => seq);
    this.#blocks.push({ seqs, dead: new Uint8Array(seqs.length), block: frozen(this.#open) });
    this.#open = [];
    this.#openBlock = null;
  }
}

/** Where it is in an ascending list; -1 when it is not. */
export function placeOf(seqs: Float64Array, seq: number): number {
  let low = 0;
  let high = seqs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((seqs[middle] as number) < seq) low = middle + 1;
    else high = middle;
  }
  return low < seqs.length && seqs[low] === seq ? low : -1;
}
