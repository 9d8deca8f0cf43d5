// pure. The distinct values of a column within one segment, sorted: numbers, false and true, texts by their bytes, then whatever is
// an object or a list as JSON. A code is a place in this order, from 1; 0 is "no value".
import { Buffer } from "node:buffer";

const MAGIC = 0x44435748;
const HEADER_BYTES = 32;
const decoder = new TextDecoder();

export interface Dictionary {
  /** How many codes there are, 0 not among them. */
  readonly size: number;
  /** Codes 1…numbers are these, ascending. */
  readonly numbers: Float64Array;
  /** The code of false and of true, 0 when neither occurs. */
  readonly falseCode: number;
  readonly trueCode: number;
  /** Codes from here are texts, and from `firstJson` JSON, up to `size`. */
  readonly firstText: number;
  readonly firstJson: number;
  /** Where the text of code `firstText + i` begins in `bytes`; one more than there are. */
  readonly offsets: Uint32Array;
  readonly bytes: Uint8Array;
  /** What it takes in memory. */
  readonly held: number;
}

export type EntryValue = string | number | boolean;

/** The value behind a code; JSON as its text. */
export function entryOf(dictionary: Dictionary, code: number): EntryValue {
  if (code <= dictionary.numbers.length) return dictionary.numbers[code - 1] as number;
  if (code === dictionary.falseCode) return false;
  if (code === dictionary.trueCode) return true;
  return textOf(dictionary, code);
}

export function textOf({ firstText, offsets, bytes }: Dictionary, code: number): string {
  const at = code - firstText;
  return decoder.decode(bytes.subarray(offsets[at] as number, offsets[at + 1] as number));
}

/** The first code among texts whose bytes are not below `text`; `firstJson` when there is none. */
export function lowerBound(dictionary: Dictionary, text: Uint8Array): number {
  const { firstText, firstJson, offsets, bytes } = dictionary;
  let low = firstText;
  let high = firstJson;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = middle - firstText;
    if (Buffer.compare(bytes.subarray(offsets[at] as number, offsets[at + 1] as number), text) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The code of exactly this text, or 0. */
export function codeOfText(dictionary: Dictionary, text: Uint8Array): number {
  const code = lowerBound(dictionary, text);
  if (code >= dictionary.firstJson) return 0;
  const at = code - dictionary.firstText;
  const found = dictionary.bytes.subarray(dictionary.offsets[at] as number, dictionary.offsets[at + 1] as number);
  return Buffer.compare(found, text) === 0 ? code : 0;
}

/** Collects values and says afterwards which code each has. */
export class DictionaryBuilder {
  readonly #numbers = new Map<number, number>();
  readonly #texts = new Map<string, number>();
  readonly #json = new Map<string, number>();
  #false = -1;
  #true = -1;
  #count = 0;

  get size(): number {
    return this.#count;
  }

  /** A provisional number of the value; `finish` says what became of it. */
  add(value: unknown): number {
    if (typeof value === "string") return this.#place(this.#texts, value);
    // -0 and 0 are one number to everybody who asks.
    if (typeof value === "number") return this.#place(this.#numbers, value + 0);
    if (value === false) {
      if (this.#false < 0) this.#false = this.#count++;
      return this.#false;
    }
    if (value === true) {
      if (this.#true < 0) this.#true = this.#count++;
      return this.#true;
    }
    return this.#place(this.#json, JSON.stringify(value));
  }

  finish(): { encoded: Uint8Array; codes: Uint32Array } {
    const numbers = [...this.#numbers].sort(([a], [b]) => a - b);
    const texts = sortByBytes(this.#texts);
    const json = sortByBytes(this.#json);
    const codes = new Uint32Array(this.#count);
    let code = 0;
    const give = (provisional: number) => {
      code += 1;
      codes[provisional] = code;
    };
    for (const [, provisional] of numbers) give(provisional);
    if (this.#false >= 0) give(this.#false);
    if (this.#true >= 0) give(this.#true);
    for (const { provisional } of texts) give(provisional);
    for (const { provisional } of json) give(provisional);
    const all = [...texts, ...json];
    const length = all.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
    const head = HEADER_BYTES + numbers.length * 8;
    const encoded = new Uint8Array(head + (all.length + 1) * 4 + length);
    new Uint32Array(encoded.buffer, 0, 8).set([
      MAGIC,
      numbers.length,
      (this.#false >= 0 ? 1 : 0) | (this.#true >= 0 ? 2 : 0),
      texts.length,
      json.length,
      length,
    ]);
    new Float64Array(encoded.buffer, HEADER_BYTES, numbers.length).set(numbers.map(([number]) => number));
    const offsets = new Uint32Array(encoded.buffer, head, all.length + 1);
    let at = 0;
    const from = head + offsets.byteLength;
    for (const [i, { bytes }] of all.entries()) {
      offsets[i] = at;
      encoded.set(bytes, from + at);
      at += bytes.byteLength;
    }
    offsets[all.length] = at;
    return { encoded, codes };
  }

  #place<K>(places: Map<K, number>, key: K): number {
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, this.#count);
    return this.#count++;
  }
}

function sortByBytes(places: Map<string, number>): { bytes: Buffer; provisional: number }[] {
  return [...places]
    .map(([text, provisional]) => ({ bytes: Buffer.from(text), provisional }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
}

export function readDictionary(raw: Uint8Array): Dictionary {
  const [magic, numbers = 0, booleans = 0, texts = 0, json = 0, length = 0] = new Uint32Array(raw.buffer, raw.byteOffset, 8);
  const head = HEADER_BYTES + numbers * 8;
  const from = head + (texts + json + 1) * 4;
  if (magic !== MAGIC || raw.byteLength !== from + length) throw new Error("This is not a dictionary of a column.");
  const falseCode = booleans & 1 ? numbers + 1 : 0;
  const trueCode = booleans & 2 ? numbers + 1 + (booleans & 1) : 0;
  const firstText = numbers + 1 + (booleans & 1) + (booleans >> 1);
  return {
    size: firstText - 1 + texts + json,
    numbers: new Float64Array(raw.buffer, raw.byteOffset + HEADER_BYTES, numbers),
    falseCode,
    trueCode,
    firstText,
    firstJson: firstText + texts,
    offsets: new Uint32Array(raw.buffer, raw.byteOffset + head, texts + json + 1),
    bytes: raw.subarray(from),
    held: raw.byteLength,
  };
}
