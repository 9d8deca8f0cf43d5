// pure. What can be done with any two values.
import type { Value } from "./run";
import { dateIn, instantOf, isDate, isMomentText } from "./time";

/** A value that the sender put there, never one that every object inherits. */
export function own(value: unknown, name: string): unknown {
  return value !== null && typeof value === "object" && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

export function holds(value: Value): boolean {
  return typeof value === "boolean" ? value : !isEmpty(value) && value !== 0;
}

export function toText(value: Value): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(toText).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Text that reads as a number is one; anything else is nothing. */
export function toNumber(value: Value): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "string" || value.length > 40) return null;
  const text = value.trim();
  const number = text === "" ? Number.NaN : Number(text);
  return Number.isFinite(number) && !/[^0-9+\-.eE]/.test(text) ? number : null;
}

/** Sums of decimals come out as people would write them: 0.1 + 0.2 is 0.3. */
export function tidy(number: number): number | null {
  if (!Number.isFinite(number)) return null;
  return Number.isInteger(number) ? number : Number(number.toPrecision(15));
}

export function same(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Negative, zero, positive; null when the two have no order. */
export function order(a: Value, b: Value): number | null {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  return null;
}

/** As `order`, for dates. Where one is a date alone, so is the other: the 31st is not past because it is noon. */
export function orderMoments(a: Value, b: Value, zone: string): number | null {
  if (!isMomentText(a) || !isMomentText(b)) return order(a, b);
  if (isDate(a) || isDate(b)) return order(dateIn(a, zone), dateIn(b, zone));
  const [first, second] = [instantOf(a, zone), instantOf(b, zone)];
  return first === null || second === null ? null : first - second;
}
