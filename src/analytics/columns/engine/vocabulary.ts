// pure. All values that a field takes over all blocks, numbered. A question then counts by number; the texts behind the numbers are
// read for those few alone that stand in the reply.
import { membersOf } from "../../../responses";
import type { FieldRef } from "../../../store";
import type { Dictionary } from "../segment/dictionary";
import { textOf } from "../segment/dictionary";
import type { CodeArray } from "../segment/values";
import { asksMembers } from "./block";
import { NumberTable, TextTable } from "./tables";

export type Value = string | number | boolean;

/** From the codes of one dictionary to numbers of the vocabulary, which begin at 1. 0: counts as no value. */
export interface Numbering {
  ids: CodeArray;
  /** What is an object by itself gives each of its members; only the codes that do. */
  members: ReadonlyMap<number, readonly number[]> | null;
}

/** How the field's values are taken: see `valuesOf` in responses/values.ts. */
export type Manner = "boolean" | "members" | "plain";

export function mannerOf(field: FieldRef): Manner {
  return field.kind === "boolean" ? "boolean" : asksMembers(field) ? "members" : "plain";
}

const FALSE = 1;
const TRUE = 2;

export class Vocabulary {
  readonly #numbers = new NumberTable();
  readonly #texts = new TextTable();
  /** By place in the tables. */
  #idOfNumber = new Uint32Array(64);
  #idOfText = new Uint32Array(64);
  readonly #numberings = new Map<string, Numbering>();
  #heldByNumberings = 0;
  #size: number;

  /** `base` is read, never added to: what is not in it is numbered from where it ends. */
  constructor(
    readonly manner: Manner,
    readonly base: Vocabulary | null = null,
  ) {
    this.#size = base?.size ?? (manner === "boolean" ? TRUE : 0);
  }

  /** The largest number in use. */
  get size(): number {
    return this.#size;
  }

  get held(): number {
    return this.#numbers.held + this.#texts.held + this.#idOfText.byteLength + this.#idOfNumber.byteLength + this.#heldByNumberings;
  }

  known(key: string): Numbering | undefined {
    return this.#numberings.get(key) ?? this.base?.known(key);
  }

  /** Forgets what was numbered for blocks that are no more. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const [key, { ids }] of this.#numberings) {
      if (keys.has(key)) continue;
      this.#numberings.delete(key);
      this.#heldByNumberings -= ids.byteLength;
    }
  }

  numbering(key: string | null, dictionary: Dictionary): Numbering {
    const known = key === null ? undefined : this.known(key);
    if (known !== undefined) return known;
    const numbering = this.#number(dictionary);
    if (key !== null) {
      this.#numberings.set(key, numbering);
      this.#heldByNumberings += numbering.ids.byteLength;
    }
    return numbering;
  }

  idOfNumber(value: number): number {
    if (this.manner === "boolean") return value === 1 ? TRUE : value === 0 ? FALSE : 0;
    const known = this.base === null ? 0 : this.base.findNumber(value);
    if (known !== 0) return known;
    const before = this.#numbers.size;
    const place = this.#numbers.place(value);
    if (place < before) return this.#idOfNumber[place] as number;
    this.#size += 1;
    if (place >= this.#idOfNumber.length) this.#idOfNumber = longer(this.#idOfNumber);
    this.#idOfNumber[place] = this.#size;
    return this.#size;
  }

  findNumber(value: number): number {
    if (this.#numbers.size === 0) return this.base?.findNumber(value) ?? 0;
    const place = this.#numbers.find(value);
    return place >= 0 ? (this.#idOfNumber[place] as number) : (this.base?.findNumber(value) ?? 0);
  }

  get hasNumbers(): boolean {
    return this.manner === "boolean" || this.#numbers.size > 0 || (this.base?.hasNumbers ?? false);
  }

  /** The number behind an id; undefined when it is a text. False and true are 0 and 1. */
  numberOf(id: number): number | undefined {
    if (this.manner === "boolean") return id - FALSE;
    if (this.base !== null && id <= this.base.size) return this.base.numberOf(id);
    // Numbers were given their ids in the order of their places, so the ids ascend.
    let low = 0;
    let high = this.#numbers.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#idOfNumber[middle] as number) < id) low = middle + 1;
      else high = middle;
    }
    return low < this.#numbers.size && this.#idOfNumber[low] === id ? this.#numbers.keyOf(low) : undefined;
  }

  /** The texts behind ids, as far as this dictionary has them. */
  static collect({ ids, members }: Numbering, dictionary: Dictionary, wanted: Uint8Array, found: (id: number, value: Value) => void): void {
    for (let code = dictionary.firstText; code < dictionary.firstJson; code++) {
      const id = ids[code] as number;
      if (wanted[id] === 1) found(id, textOf(dictionary, code));
    }
    for (const [code, list] of members ?? []) {
      const values = scalarsOf(membersOf(JSON.parse(textOf(dictionary, code))));
      for (const [i, id] of list.entries()) if (wanted[id] === 1) found(id, values[i] as Value);
    }
  }

  #number(dictionary: Dictionary): Numbering {
    const { size, numbers, falseCode, trueCode, firstText, firstJson, offsets, bytes } = dictionary;
    const ids = new Uint32Array(size + 1);
    let members: Map<number, number[]> | null = null;
    for (const [i, value] of numbers.entries()) ids[i + 1] = this.idOfNumber(value);
    if (falseCode > 0) ids[falseCode] = this.idOfNumber(0);
    if (trueCode > 0) ids[trueCode] = this.idOfNumber(1);
    if (this.manner !== "boolean") {
      for (let code = firstText; code < firstJson; code++) {
        const at = code - firstText;
        ids[code] = this.#idOfBytes(bytes, offsets[at] as number, offsets[at + 1] as number);
      }
    }
    if (this.manner === "members") {
      for (let code = firstJson; code <= size; code++) {
        members ??= new Map();
        members.set(
          code,
          scalarsOf(membersOf(JSON.parse(textOf(dictionary, code)))).map((value) => this.#idOf(value)),
        );
      }
    }
    return { ids: this.#size < 0x100 ? Uint8Array.from(ids) : this.#size < 0x1_0000 ? Uint16Array.from(ids) : ids, members };
  }

  #idOf(value: Value): number {
    if (typeof value !== "string") return this.idOfNumber(Number(value));
    const bytes = new TextEncoder().encode(value);
    return this.#idOfBytes(bytes, 0, bytes.length);
  }

  #idOfBytes(bytes: Uint8Array, from: number, to: number): number {
    const known = this.findBytes(bytes, from, to);
    if (known !== 0) return known;
    this.#size += 1;
    const place = this.#texts.place(bytes, from, to, true);
    if (place >= this.#idOfText.length) this.#idOfText = longer(this.#idOfText);
    this.#idOfText[place] = this.#size;
    return this.#size;
  }

  findBytes(bytes: Uint8Array, from: number, to: number): number {
    const place = this.#texts.place(bytes, from, to, false);
    return place >= 0 ? (this.#idOfText[place] as number) : (this.base?.findBytes(bytes, from, to) ?? 0);
  }
}

function longer(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(array.length * 2);
  copy.set(array);
  return copy;
}

/** Each different one once, as `valuesOf` has it: true and false as 1 and 0, lists and objects not at all. */
function scalarsOf(members: readonly unknown[]): (string | number)[] {
  const values = new Set<string | number>();
  for (const one of members) {
    if (typeof one === "string" || typeof one === "number") values.add(one);
    else if (typeof one === "boolean") values.add(Number(one));
  }
  return [...values];
}
