// pure. Responses told apart by when they were submitted.
import type { Bucket } from "../../query/types";
import type { Dimension, Selected } from "./dimension";
import type { Pairs } from "./pairs";
import { QUARTER_MS, Quarters } from "./quarters";
import type { Value } from "./vocabulary";

/** Spans of time, by the clocks of a zone. */
export class TimeDimension implements Dimension {
  readonly #blocks: readonly Selected[];
  readonly #quarters: Quarters;

  constructor(by: Bucket, zone: string, blocks: readonly Selected[]) {
    this.#blocks = blocks;
    const stats = blocks.map(({ block }) => block.stats("submitted_at"));
    const from = Math.min(...stats.map((known) => known?.min ?? Number.POSITIVE_INFINITY));
    const to = Math.max(...stats.map((known) => known?.max ?? Number.NEGATIVE_INFINITY));
    this.#quarters = new Quarters(by, zone, from, to);
  }

  get size(): number {
    return this.#quarters.size;
  }

  expand(block: number, from: Pairs, to: Pairs): void {
    to.length = 0;
    const { rows, keys, length } = from;
    const of = this.#blocks[block]?.block;
    const column = of?.column("submitted_at") ?? null;
    if (of === undefined || column === null || column.kind === "lists") return;
    const { size } = this;
    const { first, ids } = this.#quarters;
    if (column.kind === "numbers") {
      const { values, base, scale } = column;
      for (let i = 0; i < length; i++) {
        const row = rows[i] as number;
        const quarter = Math.floor((base + (values[row] as number)) / scale / QUARTER_MS) - first;
        to.push(row, (keys[i] as number) * size + (ids[quarter] as number) - 1);
      }
      return;
    }
    const { numbers } = of.dictionary("submitted_at");
    for (let i = 0; i < length; i++) {
      const row = rows[i] as number;
      const quarter = Math.floor((numbers[(column.codes[row] as number) - 1] as number) / QUARTER_MS) - first;
      to.push(row, (keys[i] as number) * size + (ids[quarter] as number) - 1);
    }
  }

  valuesOf(ids: ReadonlySet<number>): Map<number, Value> {
    return new Map([...ids].map((id) => [id, this.#quarters.valueOf(id)]));
  }

  /** Numbered in order of time. */
  first(wanted: Uint8Array, limit: number, descending: boolean): number[] {
    const ids: number[] = [];
    for (let n = 1; n < wanted.length && ids.length < limit; n++) {
      const id = descending ? wanted.length - n : n;
      if (wanted[id] === 1) ids.push(id);
    }
    return ids;
  }
}
