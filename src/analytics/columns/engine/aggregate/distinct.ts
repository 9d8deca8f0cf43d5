// pure. How many different values there are.
import type { FieldRef } from "../../../../store";
import { FieldDimension } from "../field-dimension";
import { Pairs } from "../pairs";
import { NumberTable } from "../tables";
import type { Aggregated, Aggregator } from "./types";

/** As many bits as there are groups times values, while that is no more than eight megabytes; else the pairs that occur, hashed. */
const MAX_BITS = 1 << 26;

export class Distinct implements Aggregator {
  readonly #dimension: FieldDimension;
  readonly #counts: Uint32Array;
  readonly #bits: Uint8Array | null;
  readonly #seen = new NumberTable();
  readonly #scratch: Pairs;

  constructor({ blocks, vocabularies, places }: Aggregated, field: FieldRef) {
    this.#dimension = new FieldDimension(field, blocks, vocabularies);
    this.#counts = new Uint32Array(places);
    const bits = places * this.#dimension.size;
    this.#scratch = new Pairs(1024, bits);
    this.#bits = bits <= MAX_BITS ? new Uint8Array((bits + 7) >> 3) : null;
  }

  add(block: number, pairs: Pairs): void {
    const { size } = this.#dimension;
    const scratch = this.#scratch;
    this.#dimension.expand(block, pairs, scratch);
    const bits = this.#bits;
    const counts = this.#counts;
    for (let i = 0; i < scratch.length; i++) {
      const key = scratch.keys[i] as number;
      if (bits === null) {
        const before = this.#seen.size;
        if (this.#seen.place(key) < before) continue;
      } else {
        const bit = 1 << (key & 7);
        const byte = bits[key >> 3] as number;
        if ((byte & bit) !== 0) continue;
        bits[key >> 3] = byte | bit;
      }
      const place = Math.floor(key / size);
      counts[place] = (counts[place] as number) + 1;
    }
  }

  valueOf(place: number): number {
    return this.#counts[place] as number;
  }
}
