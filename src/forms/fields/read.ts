// pure. What every reader of a raw value gets and gives.
import type { FileFacts } from "../definition/files";
import type { Field, Issue, Validation } from "../definition/types";
import type { Matcher } from "./patterns";

export interface UploadFacts extends FileFacts {
  /** Why it cannot be an answer to this question, whatever the question's limits. */
  problem?: { code: string; message: string };
}

/** `kept`: it stands in the answer already, and was checked when it came. `path` has the numbers of turns: `people.0.photo`. */
export type FindUpload = (id: string, path: string) => UploadFacts | "kept" | undefined;

export interface ReadEnv {
  /** Epoch milliseconds. */
  now: number;
  /** What a date-time without an offset, and `today`, mean. */
  timezone: string;
  /** An answer that is still being written: parts may be missing. */
  partial: boolean;
  /** Given, an upload that it does not know is refused, and type and size are checked. */
  upload?: FindUpload;
}

/** A field with what is worked out about it once. */
export interface ReadableField {
  field: Field;
  options: ReadonlySet<string>;
  rows: ReadonlySet<string>;
  pattern: Matcher | null;
}

export class Reading {
  readonly problems: Issue[] = [];
  constructor(
    readonly path: string,
    readonly validation: Validation,
    readonly env: ReadEnv,
  ) {}

  /** The value cannot be read at all. */
  refuse(code: string, message: string, part?: string): undefined {
    if (this.problems.length < MAX_PROBLEMS)
      this.problems.push({ path: part === undefined ? this.path : `${this.path}.${part}`, message, code });
    return undefined;
  }

  /** The value is readable and outside a limit that the form's author set: their words, if they gave any. */
  limit(code: string, message: string, part?: string): void {
    this.refuse(code, this.validation.message ?? message, part);
  }
}

/** Gives the normalised value, or undefined for none; what is wrong goes to `reading`. Normalised values read as themselves. */
export type Reader = (raw: unknown, field: ReadableField, reading: Reading) => unknown;

const MAX_PROBLEMS = 20;

/** Left open: nothing was sent, or only blanks. */
export function isBlank(raw: unknown): boolean {
  return raw === undefined || raw === null || (typeof raw === "string" && raw.trim() === "") || (Array.isArray(raw) && raw.length === 0);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** A value the sender put there, never one that every object inherits. */
export function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** “between 1 and 5”, “of 1 or more”, “of 5 or less”, or nothing. */
export function between(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return ` between ${min} and ${max}`;
  if (min !== undefined) return ` of ${min} or more`;
  return max === undefined ? "" : ` of ${max} or less`;
}

export function numberLimit(limit: number | string | undefined): number | undefined {
  return typeof limit === "number" ? limit : undefined;
}
