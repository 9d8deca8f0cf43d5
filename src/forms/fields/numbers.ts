// pure. Answers that are numbers, and those that are yes or no.
import { between, numberLimit, plural, type ReadableField, type Reader } from "./read";

interface NumberRule {
  min?: number;
  max?: number;
  integer?: boolean;
  decimals?: number;
}

const NO_MINOR_UNIT = /^(BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|XAF|XOF|XPF)$/;
const THREE_DECIMALS = /^(BHD|IQD|JOD|KWD|LYD|OMR|TND)$/;

export function numberRule({ field }: Pick<ReadableField, "field">): NumberRule {
  const { min, max, integer, decimals } = field.validation ?? {};
  const given: NumberRule = { min: numberLimit(min), max: numberLimit(max), integer, decimals };
  switch (field.type) {
    case "rating":
      return { min: given.min ?? 1, max: given.max ?? 5, integer: true };
    case "nps":
      return { min: 0, max: 10, integer: true };
    case "slider":
      return { ...given, min: given.min ?? 0, max: given.max ?? 100 };
    case "currency":
      return {
        ...given,
        decimals: decimals ?? (NO_MINOR_UNIT.test(field.currency ?? "") ? 0 : THREE_DECIMALS.test(field.currency ?? "") ? 3 : 2),
      };
    default:
      return given;
  }
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

/** A number, also when it comes as text, as it does from an HTML form; null when it is none. */
export function toNumber(raw: unknown): number | null {
  if (typeof raw === "number") return Number.isFinite(raw) ? raw + 0 : null;
  if (typeof raw !== "string" || raw.length > 400) return null;
  const text = raw.trim().replace(/^\u2212/, "-");
  return NUMBER.test(text) ? Number(text) + 0 : null;
}

export const readNumber: Reader = (raw, field, reading) => {
  const { min, max, integer, decimals } = numberRule(field);
  const what = integer === true || decimals === 0 ? "a whole number" : "a number";
  if (typeof raw !== "number" && typeof raw !== "string") return reading.refuse("wrong_type", `Please enter ${what}.`);
  const value = toNumber(raw);
  if (value === null) return reading.refuse("not_a_number", `Please enter ${what}${between(min, max) || ", like 1234.5"}.`);
  // Past 2^53 neighbouring whole numbers can no longer be told apart: what was typed would be stored as another.
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return reading.refuse("number_too_large", "Please enter a smaller number.");
  if (integer === true && !Number.isInteger(value)) reading.limit("not_whole", `Please enter a whole number${between(min, max)}.`);
  else if ((min !== undefined && value < min) || (max !== undefined && value > max)) {
    reading.limit(min !== undefined && value < min ? "too_small" : "too_large", `Please enter ${what}${between(min, max)}.`);
  } else if (decimals !== undefined && Number(value.toFixed(decimals)) !== value) {
    reading.limit(
      "too_many_decimals",
      decimals === 0 ? "Please enter a whole number." : `Please enter a number with at most ${plural(decimals, "decimal place")}.`,
    );
  }
  // -0 is 0 to a person, and JSON cannot keep it.
  return value === 0 ? 0 : value;
};

const BOOLEANS: Record<string, boolean> = { true: true, yes: true, on: true, "1": true, false: false, no: false, off: false, "0": false };

export const readBoolean: Reader = (raw, _field, reading) => {
  if (typeof raw === "boolean") return raw;
  const key = typeof raw === "string" ? raw.trim().toLowerCase() : "";
  return Object.hasOwn(BOOLEANS, key) ? BOOLEANS[key] : reading.refuse("wrong_type", "Please answer yes or no.");
};
