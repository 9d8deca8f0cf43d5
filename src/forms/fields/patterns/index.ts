// pure. Patterns that people write into forms, made safe to run on answers that strangers write.
import { compile, measure } from "./backtracking";
import { RefusedPattern } from "./parse";

export interface Matcher {
  /** Longer text is not matched at all: the limit keeps the worst case within a few milliseconds. */
  maxLength: number;
  test(text: string): boolean;
}

export type PatternUse = "whole" | "search";

const MAX_SOURCE = 500;
const MAX_LENGTH_BY_DEGREE = [10_000, 2_000, 300, 100];

/** Why a pattern is refused, as the end of a sentence, or null. */
export function whyUnsafe(source: string): string | null {
  const result = examine(source);
  return typeof result === "string" ? result : null;
}

/** Null for a pattern that publishing would refuse: it matches nothing rather than run. */
export function matcher(source: string, use: PatternUse): Matcher | null {
  const degree = examine(source);
  if (typeof degree === "string") return null;
  const expression = compile(use === "whole" ? `^(?:${source})$` : source);
  // A search starts over at every character, unless it is tied to the beginning.
  const power = use === "whole" || /^\^[^|]*$/.test(source) ? degree : degree + 1;
  return { maxLength: MAX_LENGTH_BY_DEGREE[power] ?? 100, test: (text) => expression.test(text) };
}

function examine(source: string): number | string {
  if (source.length > MAX_SOURCE) return `it is longer than ${MAX_SOURCE} characters`;
  try {
    compile(source);
  } catch {
    return "it is not a valid regular expression";
  }
  try {
    return measure(source);
  } catch (error) {
    if (error instanceof RefusedPattern) return error.message;
    throw error;
  }
}
