// pure. Whether one condition holds for one value.
import type { Condition } from "../definition/types";
import { isObject, type Matcher, toNumber } from "../fields";

/** `pattern` is the condition's own, made safe; null when it has none that may run. */
export function conditionHolds({ condition, value: expected }: Condition, actual: unknown, pattern: Matcher | null): boolean {
  switch (condition) {
    case "is_empty":
      return isEmpty(actual);
    case "is_not_empty":
      return !isEmpty(actual);
    case "equals":
      return same(actual, expected);
    case "not_equals":
      return !same(actual, expected);
    case "contains":
      return contains(actual, expected);
    case "not_contains":
      return !contains(actual, expected);
    case "in":
      return isOneOf(actual, expected);
    case "not_in":
      return !isOneOf(actual, expected);
    case "greater_than":
      return ordered(actual, expected, (order) => order > 0);
    case "less_than":
      return ordered(actual, expected, (order) => order < 0);
    case "at_least":
      return ordered(actual, expected, (order) => order >= 0);
    case "at_most":
      return ordered(actual, expected, (order) => order <= 0);
    case "matches":
      return pattern !== null && texts(actual).some((text) => pattern.test(text.slice(0, pattern.maxLength)));
  }
}

/** `false` and 0 are answers. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.values(value).every((part) => part === undefined || part === null);
}

/** Numbers as numbers, instants as instants; lists by what is in them, whatever the order; one value equals a list of it alone. */
function same(actual: unknown, expected: unknown): boolean {
  if (isEmpty(actual) || isEmpty(expected)) return isEmpty(actual) && isEmpty(expected);
  if (Array.isArray(actual) || Array.isArray(expected)) {
    const a = asList(actual);
    const b = asList(expected);
    return (
      a.length === b.length &&
      a.every((item) => b.some((other) => sameOne(item, other))) &&
      b.every((item) => a.some((other) => sameOne(item, other)))
    );
  }
  return sameOne(actual, expected);
}

function sameOne(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
  }
  if (isObject(a) || isObject(b)) return false;
  if (typeof a === "boolean" || typeof b === "boolean") return String(a) === String(b);
  // Text that only looks like a number is not one: the code 007 is not the code 7.
  const comparable = typeof a === "number" || typeof b === "number" || (INSTANT.test(String(a)) && INSTANT.test(String(b)));
  return comparable && compare(a, b) === 0;
}

/** A list contains an item, text contains text whatever its case, an object contains a value. Several wanted: all of them. */
function contains(actual: unknown, expected: unknown): boolean {
  if (isEmpty(actual) || isEmpty(expected)) return false;
  return asList(expected).every((wanted) => {
    if (typeof actual === "string") return actual.toLowerCase().includes(String(wanted).toLowerCase());
    const items = isObject(actual) ? Object.values(actual) : asList(actual);
    return items.some((item) => sameOne(item, wanted));
  });
}

function isOneOf(actual: unknown, expected: unknown): boolean {
  if (isEmpty(actual)) return false;
  const wanted = asList(expected);
  return asList(actual).some((item) => wanted.some((other) => sameOne(item, other)));
}

function ordered(actual: unknown, expected: unknown, holds: (order: number) => boolean): boolean {
  if (isEmpty(actual) || isEmpty(expected)) return false;
  // How many were chosen, when the form asks a list for a number.
  const order = compare(Array.isArray(actual) ? actual.length : actual, expected);
  return order !== null && holds(order);
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

/** Null when the two have no order. */
export function compare(a: unknown, b: unknown): number | null {
  const [x, y] = [toNumber(a), toNumber(b)];
  if (x !== null && y !== null) return Math.sign(x - y);
  if (typeof a !== "string" || typeof b !== "string") return null;
  if (INSTANT.test(a) && INSTANT.test(b)) {
    const [left, right] = [Date.parse(a), Date.parse(b)];
    if (!Number.isNaN(left) && !Number.isNaN(right)) return Math.sign(left - right);
  }
  // Dates and times are written so that their text sorts as they do; an instant against a date compares by its day.
  if (INSTANT.test(a) && b.length === 10) return order(a.slice(0, 10), b);
  return order(a, b);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function texts(value: unknown): string[] {
  return asList(value).flatMap((item) =>
    typeof item === "string" ? [item] : typeof item === "number" || typeof item === "boolean" ? [String(item)] : [],
  );
}
