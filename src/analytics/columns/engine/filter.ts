// pure. Which rows of a block satisfy a condition. A comparison is made once for each entry of a dictionary, not for each row.
// What a condition means is said in responses/matches.ts; tests hold this to it.
import { Buffer } from "node:buffer";
import { membersOf } from "../../../responses";
import type { Condition, FieldRef, Scalar } from "../../../store";
import { codeOfText, type Dictionary, entryOf, lowerBound, textOf } from "../segment/dictionary";
import type { CodeArray, CodeColumn, Column, ListColumn, NumberColumn } from "../segment/values";
import { asksMembers, type Block, type ColumnStats, columnOf, isPresent } from "./block";
import { containsFolded, foldedBytes } from "./search";

/** A 1 for each row that is meant; true: all of them, false: none. */
export type Mask = Uint8Array | boolean;

type Leaf = Extract<Condition, { field: FieldRef }>;
type Comparison = Exclude<Leaf, { op: "exists" }>;
type Order = "eq" | "gt" | "gte" | "lt" | "lte";

export function maskOf(condition: Condition, block: Block): Mask {
  switch (condition.op) {
    case "and": {
      let all: Mask = true;
      for (const part of condition.of) {
        all = both(all, maskOf(part, block));
        if (all === false) return false;
      }
      return all;
    }
    case "or": {
      let any: Mask = false;
      for (const part of condition.of) {
        any = not(both(not(any), not(maskOf(part, block))));
        if (any === true) return true;
      }
      return any;
    }
    case "not":
      return not(maskOf(condition.of, block));
    default:
      return leafMask(condition, block);
  }
}

function both(a: Mask, b: Mask): Mask {
  if (a === false || b === false) return false;
  if (a === true) return b;
  if (b === true) return a;
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) & (b[i] as number);
  return a;
}

function not(mask: Mask): Mask {
  if (typeof mask === "boolean") return !mask;
  for (let i = 0; i < mask.length; i++) mask[i] = (mask[i] as number) ^ 1;
  return mask;
}

function leafMask(leaf: Leaf, block: Block): Mask {
  const name = columnOf(leaf.field);
  const ofMissing = missingMatches(leaf);
  const stats = block.stats(name);
  if (stats === null) return ofMissing;
  if (leaf.op === "exists" && stats.missing === 0) return leaf.exists;
  const known = knownByRange(leaf, stats);
  if (known !== null && (stats.missing === 0 || known === ofMissing)) return known;
  const column = block.column(name);
  if (column === null) return ofMissing;
  if (leaf.op === "exists") return existsMask(leaf.exists, column);
  if (column.kind === "numbers") return numberMask(leaf, column, ofMissing);
  const dictionary = block.dictionary(name);
  if (column.kind === "codes") return codeMask(tableOf(leaf, dictionary), column, ofMissing);
  return asksMembers(leaf.field)
    ? memberMask(tableOf(leaf, dictionary), column, ofMissing)
    : wholeListMask(leaf, column, dictionary, ofMissing);
}

function existsMask(exists: boolean, column: Column): Uint8Array {
  const mask = new Uint8Array(column.rows);
  const [there, missing] = exists ? [1, 0] : [0, 1];
  if (column.kind === "codes") for (let i = 0; i < mask.length; i++) mask[i] = column.codes[i] === 0 ? missing : there;
  else for (let i = 0; i < mask.length; i++) mask[i] = isPresent(column.present, i) ? there : missing;
  return mask;
}

function missingMatches(leaf: Leaf): boolean {
  switch (leaf.op) {
    case "exists":
      return !leaf.exists;
    case "compare":
      return leaf.value === null;
    case "in":
      return leaf.values.includes(null);
    case "contains":
      return false;
  }
}

/** What least and greatest number already decide for every row that has a value. */
function knownByRange(leaf: Leaf, { min, max }: ColumnStats): boolean | null {
  if (leaf.op === "exists") return null;
  if (min === null || max === null) return null;
  if (leaf.op === "in") {
    return leaf.values.some((value) => value !== null && typeof value !== "string" && Number(value) >= min && Number(value) <= max)
      ? null
      : false;
  }
  if (leaf.op !== "compare") return null;
  if (leaf.value === null || typeof leaf.value === "string") return false;
  const value = Number(leaf.value);
  const [atMin, atMax] = [compares(min - value, leaf.by), compares(max - value, leaf.by)];
  if (leaf.by === "eq") return value < min || value > max ? false : min === max ? true : null;
  return atMin === atMax ? atMin : null;
}

function compares(order: number, by: Order): boolean {
  switch (by) {
    case "eq":
      return order === 0;
    case "gt":
      return order > 0;
    case "gte":
      return order >= 0;
    case "lt":
      return order < 0;
    case "lte":
      return order <= 0;
  }
}

function numberMask(leaf: Comparison, column: NumberColumn, ofMissing: boolean): Mask {
  const { rows, values, base, scale, present } = column;
  const mask = new Uint8Array(rows);
  if (leaf.op === "compare" && typeof leaf.value !== "string" && leaf.value !== null) {
    const value = Number(leaf.value);
    switch (leaf.by) {
      case "eq":
        for (let i = 0; i < rows; i++) mask[i] = (base + (values[i] as number)) / scale === value ? 1 : 0;
        break;
      case "gt":
        for (let i = 0; i < rows; i++) mask[i] = (base + (values[i] as number)) / scale > value ? 1 : 0;
        break;
      case "gte":
        for (let i = 0; i < rows; i++) mask[i] = (base + (values[i] as number)) / scale >= value ? 1 : 0;
        break;
      case "lt":
        for (let i = 0; i < rows; i++) mask[i] = (base + (values[i] as number)) / scale < value ? 1 : 0;
        break;
      case "lte":
        for (let i = 0; i < rows; i++) mask[i] = (base + (values[i] as number)) / scale <= value ? 1 : 0;
    }
  } else if (leaf.op !== "compare") {
    const test = scalarTest(leaf);
    for (let i = 0; i < rows; i++) mask[i] = test((base + (values[i] as number)) / scale) ? 1 : 0;
  }
  return withMissing(mask, present, ofMissing);
}

function withMissing(mask: Uint8Array, present: Uint8Array | null, ofMissing: boolean): Uint8Array {
  if (present !== null) for (let i = 0; i < mask.length; i++) if (!isPresent(present, i)) mask[i] = ofMissing ? 1 : 0;
  return mask;
}

function codeMask(table: Uint8Array, { codes, rows, missing }: CodeColumn, ofMissing: boolean): Mask {
  table[0] = ofMissing ? 1 : 0;
  const constant = constantOf(table, missing > 0 ? 0 : 1);
  if (constant !== null) return constant;
  const mask = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) mask[i] = table[codes[i] as number] as number;
  return mask;
}

function constantOf(table: Uint8Array, from: number): boolean | null {
  const first = table[from];
  for (let i = from + 1; i < table.length; i++) if (table[i] !== first) return null;
  return first === undefined ? null : first === 1;
}

function memberMask(table: Uint8Array, column: ListColumn, ofMissing: boolean): Mask {
  const { rows, offsets, codes, present } = column;
  const mask = new Uint8Array(rows);
  // A null among the members is compared with nothing.
  table[0] = 0;
  if (constantOf(table, 0) !== false) anyMember(mask, offsets, codes, table);
  return withMissing(mask, present, ofMissing);
}

function anyMember(mask: Uint8Array, offsets: CodeArray, codes: CodeArray, table: Uint8Array): void {
  for (let i = 0, at = 0; i < mask.length; i++) {
    const end = offsets[i + 1] as number;
    for (; at < end; at++) if (table[codes[at] as number] === 1) mask[i] = 1;
  }
}

/** A list where the field is none any more: it is there, and can be searched as it is written, but compares with nothing. */
function wholeListMask(leaf: Comparison, column: ListColumn, dictionary: Dictionary, ofMissing: boolean): Mask {
  const { rows, offsets, codes, present } = column;
  const mask = new Uint8Array(rows);
  if (leaf.op === "contains") {
    const test = scalarTest(leaf);
    for (let i = 0; i < rows; i++) {
      const members = Array.from(codes.subarray(offsets[i], offsets[i + 1]), (code) => (code === 0 ? null : entryOf(dictionary, code)));
      mask[i] = test(JSON.stringify(members)) ? 1 : 0;
    }
  }
  return withMissing(mask, present, ofMissing);
}

/** For each code whether its value matches. */
function tableOf(leaf: Comparison, dictionary: Dictionary): Uint8Array {
  const { size, numbers, firstText, firstJson } = dictionary;
  const table = new Uint8Array(size + 1);
  const test = scalarTest(leaf);
  for (let code = 1; code < firstText; code++)
    table[code] = test(code <= numbers.length ? (numbers[code - 1] as number) : entryOf(dictionary, code)) ? 1 : 0;
  fillTexts(table, leaf, dictionary);
  for (let code = firstJson; code <= size; code++) {
    const json = textOf(dictionary, code);
    if (asksMembers(leaf.field)) table[code] = membersOf(JSON.parse(json)).some(test) ? 1 : 0;
    // Whole, it compares with nothing, but can be searched.
    else if (leaf.op === "contains") table[code] = test(json) ? 1 : 0;
  }
  return table;
}

function fillTexts(table: Uint8Array, leaf: Comparison, dictionary: Dictionary): void {
  const { firstText, firstJson } = dictionary;
  if (leaf.op === "contains" && leaf.field.kind !== "list") {
    containsFolded(dictionary, foldedBytes(String(leaf.value)), (code) => {
      table[code] = 1;
    });
    return;
  }
  const mark = (value: Scalar) => {
    const code = typeof value === "string" ? codeOfText(dictionary, Buffer.from(value)) : 0;
    if (code > 0) table[code] = 1;
  };
  if (leaf.op === "in") for (const value of leaf.values) mark(value);
  else if (leaf.op === "contains" || leaf.by === "eq") mark(leaf.value);
  else if (typeof leaf.value === "string") {
    const from = lowerBound(dictionary, Buffer.from(leaf.value));
    const past = codeOfText(dictionary, Buffer.from(leaf.value)) === from && from > 0 ? from + 1 : from;
    if (leaf.by === "lt") table.fill(1, firstText, from);
    else if (leaf.by === "lte") table.fill(1, firstText, past);
    else table.fill(1, leaf.by === "gt" ? past : from, firstJson);
  }
}

/** Of one value that is not missing: a scalar, a member, or JSON for `contains`. */
function scalarTest(leaf: Comparison): (given: unknown) => boolean {
  switch (leaf.op) {
    case "compare": {
      const { value, by } = leaf;
      return (given) => {
        if (value === null) return false;
        const order = orderOf(given, value);
        return order !== null && compares(order, by);
      };
    }
    case "in": {
      const texts = new Set(leaf.values.filter((value) => typeof value === "string"));
      const numbers = new Set(leaf.values.filter((value) => typeof value === "number" || typeof value === "boolean").map(Number));
      return (given) => (typeof given === "string" ? texts.has(given) : isNumeric(given) && numbers.has(Number(given)));
    }
    case "contains": {
      const { value, field } = leaf;
      if (field.kind === "list" && field.in !== "column") return (given) => value !== null && orderOf(given, value) === 0;
      const wanted = lower(String(value));
      return (given) => (given ?? null) !== null && lower(shown(given)).includes(wanted);
    }
  }
}

function orderOf(given: unknown, value: Exclude<Scalar, null>): number | null {
  if (typeof given === "string" && typeof value === "string") return Buffer.compare(Buffer.from(given), Buffer.from(value));
  return isNumeric(given) && typeof value !== "string" ? Number(given) - Number(value) : null;
}

function isNumeric(given: unknown): given is number | boolean {
  return typeof given === "number" || typeof given === "boolean";
}

function shown(given: unknown): string {
  if (typeof given === "string") return given;
  return typeof given === "boolean" ? String(Number(given)) : JSON.stringify(given);
}

function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
