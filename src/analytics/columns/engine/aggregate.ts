// pure. What is added up for each group, over rows of one block at a time.
import { compareText, membersOf } from "../../../responses";
import type { FieldRef } from "../../../store";
import type { Aggregate } from "../../query/types";
import { type Dictionary, textOf } from "../segment/dictionary";
import { type Block, columnOf, isPresent } from "./block";
import { FieldDimension, type Selected, type Vocabularies } from "./dimension";
import { Pairs } from "./pairs";
import { quantileOf } from "./select";
import { NumberTable } from "./tables";
import { mannerOf } from "./vocabulary";

export type Answer = number | string | boolean | null;

export interface Aggregator {
  /** `pairs.keys` are places of groups by now, from 0. */
  add(block: number, pairs: Pairs): void;
  /** Of the group at that place; asked only of groups that a row fell into. */
  valueOf(place: number): Answer;
}

export interface Aggregated {
  aggregate: Aggregate;
  field: FieldRef | null;
  blocks: readonly Selected[];
  vocabularies: Vocabularies;
  /** How many places there can be. */
  places: number;
}

export function aggregatorOf(wanted: Aggregated): Aggregator {
  const { aggregate, field } = wanted;
  if (aggregate === "count" || field === null) return new Rows(wanted.places);
  switch (aggregate) {
    case "sum":
    case "avg":
      return new Sums(wanted, field);
    case "median":
      return new Quantiles(wanted, field, 0.5);
    case "p95":
      return new Quantiles(wanted, field, 0.95);
    case "count_distinct":
      return new Distinct(wanted, field);
    case "min":
    case "max":
      if (field.kind === "number" || field.kind === "time" || field.kind === "boolean") return new NumberExtremes(wanted, field);
      return new TextExtremes(wanted, field);
  }
}

class Rows implements Aggregator {
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
class Numbers {
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

class Sums implements Aggregator {
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

class NumberExtremes implements Aggregator {
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

/** Texts of one block lie in order: its best for a group is a code, and only that one is compared with those of other blocks. */
class TextExtremes implements Aggregator {
  readonly #name: string;
  readonly #members: boolean;
  readonly #blocks: readonly Selected[];
  readonly #sign: 1 | -1;
  readonly #best = new Map<number, string>();

  constructor({ aggregate, blocks }: Aggregated, field: FieldRef) {
    this.#name = columnOf(field);
    this.#members = mannerOf(field) === "members";
    this.#blocks = blocks;
    this.#sign = aggregate === "min" ? 1 : -1;
  }

  add(block: number, { rows, keys, length }: Pairs): void {
    const of = this.#blocks[block]?.block as Block;
    const column = of.column(this.#name);
    if (column === null || column.kind === "numbers" || (column.kind === "lists" && !this.#members)) return;
    const dictionary = of.dictionary(this.#name);
    const { firstText, firstJson } = dictionary;
    const best = new Map<number, number>();
    const offer = (place: number, code: number) => {
      if (code >= firstJson) {
        if (this.#members) for (const text of textsIn(dictionary, code)) this.#offer(place, text);
      } else if (code >= firstText) {
        const known = best.get(place);
        if (known === undefined || (code - known) * this.#sign < 0) best.set(place, code);
      }
    };
    for (let i = 0; i < length; i++) {
      const row = rows[i] as number;
      const place = keys[i] as number;
      if (column.kind === "codes") offer(place, column.codes[row] as number);
      else
        for (let at = column.offsets[row] as number; at < (column.offsets[row + 1] as number); at++)
          offer(place, column.codes[at] as number);
    }
    for (const [place, code] of best) this.#offer(place, textOf(dictionary, code));
  }

  #offer(place: number, text: string): void {
    const known = this.#best.get(place);
    if (known === undefined || compareText(text, known) * this.#sign < 0) this.#best.set(place, text);
  }

  valueOf(place: number): string | null {
    return this.#best.get(place) ?? null;
  }
}

function textsIn(dictionary: Dictionary, code: number): string[] {
  return membersOf(JSON.parse(textOf(dictionary, code))).filter((member) => typeof member === "string");
}

class Quantiles implements Aggregator {
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

/** As many bits as there are groups times values, while that is no more than eight megabytes; else the pairs that occur, hashed. */
const MAX_BITS = 1 << 26;

class Distinct implements Aggregator {
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

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
