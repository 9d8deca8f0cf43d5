// pure. What a response holds where a checked name points, and how values are ordered.
import type { FieldRef, Scalar } from "../store";
import type { MatchableRow } from "./matches";

export function rawAt(field: FieldRef, row: MatchableRow): unknown {
  if (field.in === "column") {
    return field.name === "submitted_at" ? row.submittedAt : field.name === "status" ? row.status : row.formVersion;
  }
  let value: unknown = row[field.in];
  for (const name of field.path) {
    if (value === null || typeof value !== "object" || Array.isArray(value) || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** Everything that answers to a path of names: where there are several, as in a repeated group, each of them. */
export function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  const [name, ...rest] = path;
  if (name === undefined) return [value];
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path));
  if (value === null || typeof value !== "object" || !Object.hasOwn(value, name)) return [];
  return valuesAt((value as Record<string, unknown>)[name], rest);
}

export function membersOf(raw: unknown): unknown[] {
  if (Array.isArray(raw)) return raw;
  if (raw !== null && typeof raw === "object") return Object.values(raw);
  return raw === undefined ? [] : [raw];
}

/**
 * What a question counts and groups by: each different value once. Lists and objects give their members, other fields one value; what
 * is itself a list or an object is none. True and false are themselves where the field holds them, else 1 and 0.
 */
export function valuesOf(field: FieldRef, row: MatchableRow): Exclude<Scalar, null>[] {
  return valuesIn(field, rawAt(field, row));
}

export function valuesIn(field: FieldRef, raw: unknown): Exclude<Scalar, null>[] {
  if (field.kind === "boolean") return raw === true || raw === 1 ? [true] : raw === false || raw === 0 ? [false] : [];
  const members = field.in !== "column" && (field.kind === "list" || field.kind === "object") ? membersOf(raw) : [raw];
  const values = new Set<string | number>();
  for (const one of members) {
    if (typeof one === "string" || typeof one === "number") values.add(one);
    else if (typeof one === "boolean") values.add(Number(one));
  }
  return [...values];
}

/** By code points, which is the order of the bytes in UTF-8; JavaScript's own is of UTF-16. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for what comes after everything else. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Numbers before texts; false before true. */
export function compareValues(a: Exclude<Scalar, null>, b: Exclude<Scalar, null>): number {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  if (typeof a === "string") return 1;
  return typeof b === "string" ? -1 : Number(a) - Number(b);
}
