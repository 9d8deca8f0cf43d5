// pure. How many there are, what they add up to, the least and the greatest of them.
import type { FieldRef } from "../../../../store";
import type { Dictionary } from "../../segment/dictionary";
import { columnOf, isPresent } from "../block";
import type { Selected } from "../dimension";
import type { Pairs } from "../pairs";
import type { Aggregated, Aggregator } from "./types";

export class Rows implements Aggregator {
  readonly #counts: Uint32Array;

  constructor(places: number) {
    this.#counts = new Uint32Array(places);
  }

  add(_block: number, { keys, length }: Pairs): void {
    const counts = this.#counts;
    if (counts.length === 1) counts[0] = (counts[0] as number) + length;
    else for (let i = 0; i < length; i++) counts[keys[i] as number] = (counts[keys[i] as number] as number) + 1;
  }

  valueOf(place: number): number {
    return this.#counts[place] as number;
  }
}

/** Gives each row's numbers, NaN where it has none; the same array each time. */
export class Numbers {
  readonly #name: string;
  readonly #field: FieldRef;
  #out = new Float64Array(0);

  constructor(field: FieldRef) {
    this.#name = columnOf(field);
    this.#field = field;
  }

  /** Null: no row of the block has one. */
  of({ block }: Selected, { rows, length }: Pairs): Float64Array | null {
    const column = block.column(this.#name);
    if (column === null || column.kind === "lists") return null;
    if (this.#out.length < length) this.#out = new Float64Array(length);
    const out = this.#out;
    if (column.kind === "numbers") {
      const { values, base, scale, present } = column;
      for (let i = 0; i < length; i++) {
        const row = rows[i] as number;
        out[i] = isPresent(present, row) ? (base + (values[row] as number)) / scale : Number.NaN;
      }
      return out;
    }
    const byCode = numbersOf(block.dictionary(this.#name), this.#field.kind === "boolean");
    const { codes } = column;
    for (let i = 0; i < length; i++) out[i] = byCode[codes[rows[i] as number] as number] as number;
    return out;
  }
}

function numbersOf({ size, numbers, falseCode, trueCode }: Dictionary, onlyBooleans: boolean): Float64Array {
  const byCode = new Float64Array(size + 1).fill(Number.NaN);
  for (const [i, number] of numbers.entries()) if (!onlyBooleans || number === 0 || number === 1) byCode[i + 1] = number;
  if (falseCode > 0) byCode[falseCode] = 0;
  if (trueCode > 0) byCode[trueCode] = 1;
  return byCode;
}

export class Sums implements Aggregator {
  readonly #numbers: Numbers;
  readonly #blocks: readonly Selected[];
  readonly #average: boolean;
  readonly #n: Uint32Array;
  readonly #sums: Float64Array;
  /** What adding has rounded away so far (Neumaier). */
  readonly #lost: Float64Array;

  constructor({ aggregate, blocks, places }: Aggregated, field: FieldRef) {
    this.#numbers = new Numbers(field);
    this.#blocks = blocks;
    this.#average = aggregate === "avg";
    this.#n = new Uint32Array(places);
    this.#sums = new Float64Array(places);
    this.#lost = new Float64Array(places);
  }

  add(block: number, pairs: Pairs): void {
    const numbers = this.#numbers.of(this.#blocks[block] as Selected, pairs);
    if (numbers === null) return;
    const n = this.#n;
    const sums = this.#sums;
    const lost = this.#lost;
    const { keys, length } = pairs;
    for (let i = 0; i < length; i++) {
      const number = numbers[i] as number;
      if (Number.isNaN(number)) continue;
      const place = keys[i] as number;
      const sum = sums[place] as number;
      const total = sum + number;
      lost[place] = (lost[place] as number) + (Math.abs(sum) >= Math.abs(number) ? sum - total + number : number - total + sum);
      sums[place] = total;
      n[place] = (n[place] as number) + 1;
    }
  }

  valueOf(place: number): number | null {
    const sum = (this.#sums[place] as number) + (this.#lost[place] as number);
    const n = this.#n[place] as number;
    if (!this.#average) return finite(sum);
    return n === 0 ? null : finite(sum / n);
  }
}

export class NumberExtremes implements Aggregator {
  readonly #numbers: Numbers;
  readonly #blocks: readonly Selected[];
  readonly #boolean: boolean;
  readonly #least: boolean;
  readonly #best: Float64Array;

  constructor({ aggregate, blocks, places }: Aggregated, field: FieldRef) {
    this.#numbers = new Numbers(field);
    this.#blocks = blocks;
    this.#boolean = field.kind === "boolean";
    this.#least = aggregate === "min";
    this.#best = new Float64Array(places).fill(Number.NaN);
  }

  add(block: number, pairs: Pairs): void {
    const numbers = this.#numbers.of(this.#blocks[block] as Selected, pairs);
    if (numbers === null) return;
    const best = this.#best;
    const { keys, length } = pairs;
    const sign = this.#least ? 1 : -1;
    for (let i = 0; i < length; i++) {
      const number = numbers[i] as number;
      const place = keys[i] as number;
      // Written so that nothing at all is worse than a number, and no number worse than nothing.
      if (!Number.isNaN(number) && !((best[place] as number) * sign <= number * sign)) best[place] = number;
    }
  }

  valueOf(place: number): number | boolean | null {
    const best = this.#best[place] as number;
    if (Number.isNaN(best)) return null;
    return this.#boolean ? best === 1 : best;
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
