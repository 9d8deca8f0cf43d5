// pure.
import type { Value } from "../run";
import { NUMBER, TEXT } from "../types";
import { tidy, toNumber } from "../values";
import { definer, type FunctionDefinition } from "./define";

export function numberFunctions(into: Map<string, FunctionDefinition>): void {
  const fn = definer("number", into);
  const some = definer("number", into, true);

  some("number", "value: any", NUMBER, "Text read as a number; nothing where it is none.", (_run, value: Value) => toNumber(value));
  fn("round", "value: number, places?: number", NUMBER, "Rounded, halves away from zero.", (_run, value: number, places = 0) =>
    rounded(value, places),
  );
  fn("floor", "value: number", NUMBER, "The whole number below.", (_run, value: number) => Math.floor(value));
  fn("ceil", "value: number", NUMBER, "The whole number above.", (_run, value: number) => Math.ceil(value));
  fn("abs", "value: number", NUMBER, "Without its sign.", (_run, value: number) => Math.abs(value));
  fn("sign", "value: number", NUMBER, "-1, 0 or 1.", (_run, value: number) => Math.sign(value));
  fn("sqrt", "value: number", NUMBER, "The square root.", (_run, value: number) => tidy(Math.sqrt(value)));
  fn("power", "value: number, exponent: number", NUMBER, "To that power.", (_run, value: number, exponent: number) =>
    tidy(value ** exponent),
  );
  fn(
    "mod",
    "value: number, by: number",
    NUMBER,
    "What is left after dividing; with the sign of `by`.",
    (_run, value: number, by: number) => (by === 0 ? null : tidy(((value % by) + by) % by)),
  );
  fn("log", "value: number, base?: number", NUMBER, "The logarithm, natural without a base.", (_run, value: number, base?: number) =>
    tidy(base === undefined ? Math.log(value) : Math.log(value) / Math.log(base)),
  );
  fn(
    "clamp",
    "value: number, least: number, most: number",
    NUMBER,
    "Not below the one and not above the other.",
    (_run, value, least, most) => Math.min(Math.max(value, least), most),
  );
  fn(
    "percent",
    "part: number, whole: number, places?: number",
    NUMBER,
    "How many of a hundred.",
    (_run, part: number, whole: number, places = 0) => (whole === 0 ? null : rounded((part / whole) * 100, places)),
  );
  fn(
    "number_format",
    "value: number, places?: number, point?: text, thousands?: text",
    TEXT,
    "Written out: `1234.5 | number_format(2, ',', '.')` is 1.234,50.",
    grouped,
  );
  fn(
    "currency_format",
    "value: number, currency: text, places?: number",
    TEXT,
    "With its currency: `1234.5 | currency_format('EUR')` is EUR 1,234.50.",
    (_run, value: number, currency: string, places = 2) => `${currency.slice(0, 10)} ${grouped(_run, value, places)}`,
  );

  fn("sum", "...values: numbers", NUMBER, "Of all that are there.", (_run, values: number[]) =>
    tidy(values.reduce((sum, value) => sum + value, 0)),
  );
  fn("avg", "...values: numbers", NUMBER, "The mean of those that are there.", (_run, values: number[]) =>
    values.length === 0 ? null : tidy(values.reduce((sum, value) => sum + value, 0) / values.length),
  );
  fn("min", "...values: numbers", NUMBER, "The least.", (_run, values: number[]) =>
    values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b)),
  );
  fn("max", "...values: numbers", NUMBER, "The greatest.", (_run, values: number[]) =>
    values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b)),
  );
  fn("median", "...values: numbers", NUMBER, "The one in the middle.", (_run, values: number[]) => {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    const upper = sorted[middle];
    if (upper === undefined) return null;
    return sorted.length % 2 === 1 ? upper : tidy(((sorted[middle - 1] ?? upper) + upper) / 2);
  });
}

const MOST_PLACES = 15;

/** By its decimal digits, so that 1.005 rounds to 1.01 as people expect, though no double is exactly 1.005. */
export function rounded(value: number, places: number): number | null {
  const kept = Math.min(MOST_PLACES, Math.max(-MOST_PLACES, Math.trunc(places)));
  const [digits = "0", exponent = "0"] = Math.abs(value).toExponential().split("e");
  const shifted = Math.round(Number(`${digits}e${Number(exponent) + kept}`));
  const result = Number(`${shifted}e${-kept}`);
  if (Number.isNaN(result)) return tidy(value);
  return value < 0 && result !== 0 ? -result : result;
}

function grouped(_run: unknown, value: number, places = 0, point = ".", thousands = ","): string {
  const kept = Math.min(MOST_PLACES, Math.max(0, Math.trunc(places)));
  if (Math.abs(value) >= 1e21) return String(value);
  const [whole = "0", fraction] = Math.abs(rounded(value, kept) ?? 0)
    .toFixed(kept)
    .split(".");
  let made = "";
  for (let at = 0; at < whole.length; at++) {
    if (at > 0 && (whole.length - at) % 3 === 0) made += thousands.slice(0, 5);
    made += whole.charAt(at);
  }
  const signed = value < 0 && Number(`${whole}.${fraction ?? 0}`) !== 0 ? `-${made}` : made;
  return fraction === undefined ? signed : `${signed}${point.slice(0, 5)}${fraction}`;
}
