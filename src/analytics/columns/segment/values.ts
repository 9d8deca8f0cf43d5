// pure. One column of one segment: numbers as they are in the narrowest array that holds them exactly, anything of few values or of
// several kinds as codes into a dictionary, lists as offsets and codes. The bytes are the arrays: reading a column copies nothing.
import { DictionaryBuilder } from "./dictionary";

export type NarrowArray = Uint8Array | Uint16Array | Uint32Array | Float64Array;
export type CodeArray = Uint8Array | Uint16Array | Uint32Array;

interface Common {
  rows: number;
  /** How many rows have no value. */
  missing: number;
  held: number;
}

/** The value of row i is `(base + values[i]) / scale`. */
export interface NumberColumn extends Common {
  kind: "numbers";
  values: NarrowArray;
  base: number;
  scale: number;
  min: number;
  max: number;
  /** A bit for each row that has a value; null when all have. */
  present: Uint8Array | null;
}

export interface CodeColumn extends Common {
  kind: "codes";
  /** 0: no value. */
  codes: CodeArray;
  entries: number;
}

/** The members of row i are `codes[offsets[i]…offsets[i + 1]]`, in the order given; code 0 is a null among them. */
export interface ListColumn extends Common {
  kind: "lists";
  offsets: CodeArray;
  codes: CodeArray;
  entries: number;
  /** As in numbers: a list without members is a value, no list is none. */
  present: Uint8Array | null;
}

export type Column = NumberColumn | CodeColumn | ListColumn;

export interface EncodedColumn {
  values: Uint8Array;
  dictionary: Uint8Array | null;
}

const MAGIC = 0x53435748;
const HEADER_BYTES = 64;
const KINDS = ["numbers", "codes", "lists"] as const;
/** Of so few, codes of one byte are narrower than the numbers would be, and can be counted by. */
const MAX_NUMBERS_AS_CODES = 255;
const SCALES = [1, 10, 100, 1000];

export function encodeColumn(values: readonly unknown[]): EncodedColumn {
  const given = values.filter((value) => value !== undefined);
  if (given.every((value) => typeof value === "number") && given.length > 0) {
    const numbers = given as number[];
    if (new Set(numbers).size > MAX_NUMBERS_AS_CODES) return { values: encodeNumbers(values, numbers), dictionary: null };
  }
  if (given.length > 0 && given.every(isFlatList)) return encodeLists(values as (readonly unknown[] | undefined)[]);
  return encodeCodes(values);
}

/** A list of lists or objects is kept as JSON: nobody can ask for its members one by one. */
function isFlatList(value: unknown): boolean {
  return Array.isArray(value) && value.every((member) => member === null || typeof member !== "object");
}

function encodeNumbers(values: readonly unknown[], given: readonly number[]): Uint8Array {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const number of given) {
    if (number < min) min = number;
    if (number > max) max = number;
  }
  const scale = SCALES.find((scale) => given.every((number) => isExact(number, scale))) ?? 0;
  const base = scale === 0 ? 0 : Math.round(min * scale);
  const span = scale === 0 ? Number.POSITIVE_INFINITY : Math.round(max * scale) - base;
  const width = span < 0x100 ? 1 : span < 0x1_0000 ? 2 : span < 0x1_0000_0000 ? 4 : 8;
  const missing = values.length - given.length;
  const writer = new Writer("numbers", width, values.length, 0, missing);
  // In eight bytes a number is kept as it is: scaled it would gain nothing.
  const kept = width === 8 ? { base: 0, scale: 1 } : { base, scale };
  writer.floats([kept.base, kept.scale, min, max]);
  const array = writer.section(width, values.length);
  for (const [i, value] of values.entries()) {
    if (value === undefined) continue;
    const number = (value as number) + 0;
    array[i] = width === 8 ? number : Math.round(number * scale) - base;
  }
  if (missing > 0) writer.bits(values);
  return writer.bytes();
}

function isExact(number: number, scale: number): boolean {
  const scaled = Math.round(number * scale);
  return Number.isSafeInteger(scaled) && scaled / scale === number;
}

function encodeCodes(values: readonly unknown[]): EncodedColumn {
  const builder = new DictionaryBuilder();
  const provisional = values.map((value) => (value === undefined ? -1 : builder.add(value)));
  const { encoded, codes } = builder.finish();
  const width = widthOf(builder.size);
  const missing = provisional.reduce((sum, place) => sum + (place < 0 ? 1 : 0), 0);
  const writer = new Writer("codes", width, values.length, builder.size, missing);
  const array = writer.section(width, values.length);
  for (const [i, place] of provisional.entries()) if (place >= 0) array[i] = codes[place] as number;
  return { values: writer.bytes(), dictionary: encoded };
}

function encodeLists(values: readonly (readonly unknown[] | undefined)[]): EncodedColumn {
  const builder = new DictionaryBuilder();
  const offsets = [0];
  const members: number[] = [];
  let missing = 0;
  for (const list of values) {
    if (list === undefined) missing += 1;
    else for (const member of list) members.push(member === null || member === undefined ? -1 : builder.add(member));
    offsets.push(members.length);
  }
  const { encoded, codes } = builder.finish();
  const width = widthOf(builder.size);
  const writer = new Writer("lists", width, values.length, builder.size, missing);
  writer.members(members.length);
  writer.section(widthOf(members.length), offsets.length).set(offsets);
  const array = writer.section(width, members.length);
  for (const [i, place] of members.entries()) if (place >= 0) array[i] = codes[place] as number;
  if (missing > 0) writer.bits(values);
  return { values: writer.bytes(), dictionary: encoded };
}

function widthOf(largest: number): 1 | 2 | 4 {
  return largest < 0x100 ? 1 : largest < 0x1_0000 ? 2 : 4;
}

/** A header, then arrays, each beginning where its width allows it to be looked at in place. */
class Writer {
  readonly #header = new ArrayBuffer(HEADER_BYTES);
  readonly #sections: Uint8Array[] = [];

  constructor(kind: Column["kind"], width: number, rows: number, entries: number, missing: number) {
    new Uint32Array(this.#header).set([MAGIC, KINDS.indexOf(kind), width, rows, entries, missing]);
  }

  members(length: number): void {
    new Uint32Array(this.#header)[6] = length;
  }

  floats(numbers: readonly number[]): void {
    new Float64Array(this.#header, 32).set(numbers);
  }

  section(width: number, length: number): NarrowArray {
    const bytes = new Uint8Array(aligned(width * length));
    this.#sections.push(bytes);
    return arrayOf(width, bytes.buffer, 0, length);
  }

  bits(values: readonly unknown[]): void {
    const bits = this.section(1, (values.length + 7) >> 3);
    for (const [i, value] of values.entries()) if (value !== undefined) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.#sections.reduce((sum, { byteLength }) => sum + byteLength, HEADER_BYTES));
    all.set(new Uint8Array(this.#header));
    let at = HEADER_BYTES;
    for (const section of this.#sections) {
      all.set(section, at);
      at += section.byteLength;
    }
    return all;
  }
}

export function readColumn(raw: Uint8Array): Column {
  const { buffer, byteOffset, byteLength } = raw;
  const [magic, kindPlace = 0, width = 0, rows = 0, entries = 0, missing = 0, members = 0] = new Uint32Array(buffer, byteOffset, 8);
  const kind = KINDS[kindPlace];
  if (magic !== MAGIC || kind === undefined) throw new Error("This is not a column.");
  let at = HEADER_BYTES;
  const take = (width: number, length: number) => {
    const array = arrayOf(width, buffer, byteOffset + at, length);
    at += aligned(width * length);
    return array;
  };
  const present = () => (missing > 0 ? (take(1, (rows + 7) >> 3) as Uint8Array) : null);
  const common = { rows, missing, held: byteLength };
  if (kind === "codes") return { ...common, kind, entries, codes: take(width, rows) as CodeArray };
  if (kind === "lists") {
    const offsets = take(widthOf(members), rows + 1) as CodeArray;
    return { ...common, kind, entries, offsets, codes: take(width, members) as CodeArray, present: present() };
  }
  const [base = 0, scale = 1, min = 0, max = 0] = new Float64Array(buffer, byteOffset + 32, 4);
  return { ...common, kind, base, scale, min, max, values: take(width, rows), present: present() };
}

function arrayOf(width: number, buffer: ArrayBufferLike, at: number, length: number): NarrowArray {
  switch (width) {
    case 1:
      return new Uint8Array(buffer, at, length);
    case 2:
      return new Uint16Array(buffer, at, length);
    case 4:
      return new Uint32Array(buffer, at, length);
    default:
      return new Float64Array(buffer, at, length);
  }
}

function aligned(length: number): number {
  return (length + 7) & ~7;
}
