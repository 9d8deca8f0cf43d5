// pure. Medians and the like: every number is gathered, then as many of them are put in order as it takes.
import type { FieldRef } from "../../../../store";
import type { Selected } from "../dimension";
import type { Pairs } from "../pairs";
import { quantileOf } from "../select";
import { assertRoom } from "../tables";
import { Numbers } from "./numbers";
import type { Aggregated, Aggregator } from "./types";

export class Quantiles implements Aggregator {
  readonly #numbers: Numbers;
  readonly #blocks: readonly Selected[];
  readonly #q: number;
  #values: Float64Array;
  /** The group of each value; empty while there is only one. */
  #places: Uint32Array;
  #length = 0;
  readonly #counts: Uint32Array;
  /** Where each group's values begin in `#values`, once they have been put together. */
  #starts: Uint32Array | null = null;

  constructor({ blocks, places }: Aggregated, field: FieldRef, q: number) {
    this.#numbers = new Numbers(field);
    this.#blocks = blocks;
    this.#q = q;
    this.#counts = new Uint32Array(places);
    const rows = blocks.reduce((sum, { block }) => sum + block.rows, 0);
    // Twice, while they are put together by group.
    assertRoom(rows * (places === 1 ? 8 : 20));
    this.#values = new Float64Array(rows);
    this.#places = new Uint32Array(places === 1 ? 0 : rows);
  }

  add(block: number, pairs: Pairs): void {
    const numbers = this.#numbers.of(this.#blocks[block] as Selected, pairs);
    if (numbers === null) return;
    const { keys, length } = pairs;
    this.#reserve(this.#length + length);
    const values = this.#values;
    const places = this.#places;
    const counts = this.#counts;
    const single = counts.length === 1;
    let at = this.#length;
    for (let i = 0; i < length; i++) {
      const number = numbers[i] as number;
      if (Number.isNaN(number)) continue;
      values[at] = number;
      at += 1;
      if (single) continue;
      const place = keys[i] as number;
      places[at - 1] = place;
      counts[place] = (counts[place] as number) + 1;
    }
    if (single) counts[0] = at;
    this.#length = at;
  }

  valueOf(place: number): number | null {
    this.#starts ??= this.#together();
    const from = this.#starts[place] as number;
    return quantileOf(this.#values, this.#q, from, from + (this.#counts[place] as number));
  }

  #together(): Uint32Array {
    const starts = new Uint32Array(this.#counts.length + 1);
    for (let i = 0; i < this.#counts.length; i++) starts[i + 1] = (starts[i] as number) + (this.#counts[i] as number);
    if (this.#counts.length === 1) return starts;
    const next = starts.slice();
    const sorted = new Float64Array(this.#length);
    for (let i = 0; i < this.#length; i++) {
      const place = this.#places[i] as number;
      const at = next[place] as number;
      sorted[at] = this.#values[i] as number;
      next[place] = at + 1;
    }
    this.#values = sorted;
    return starts;
  }

  #reserve(length: number): void {
    if (length <= this.#values.length) return;
    const values = new Float64Array(Math.max(length, this.#values.length * 2));
    values.set(this.#values);
    this.#values = values;
    if (this.#counts.length === 1) return;
    const places = new Uint32Array(values.length);
    places.set(this.#places);
    this.#places = places;
  }
}
