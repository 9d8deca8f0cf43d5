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
/** Some tens of milliseconds in the worst case that a pattern's author and an answer's can make up together. */
const MAX_STEPS = 4_000_000;
const MAX_LENGTH = 10_000;
/** A pattern that may not even be run on this much is of no use. */
const MIN_LENGTH = 30;

/** Why a pattern is refused, as the end of a sentence, or null. */
export function whyUnsafe(source: string, use: PatternUse = "whole"): string | null {
  const result = longestInput(source, use);
  return typeof result === "string" ? result : null;
}

/** Null for a pattern that publishing would refuse: it matches nothing rather than run. */
export function matcher(source: string, use: PatternUse): Matcher | null {
  const maxLength = longestInput(source, use);
  if (typeof maxLength === "string") return null;
  const expression = compile(use === "whole" ? `^(?:${source})$` : source);
  return { maxLength, test: (text) => expression.test(text) };
}

function longestInput(source: string, use: PatternUse): number | string {
  if (source.length > MAX_SOURCE) return `it is longer than ${MAX_SOURCE} characters`;
  try {
    compile(source);
  } catch {
    return "it is not a valid regular expression";
  }
  try {
    const { degree, factor } = measure(source);
    // A search starts over at every character, unless it is tied to the beginning.
    const power = use === "whole" || /^\^[^|]*$/.test(source) ? degree : degree + 1;
    const length = Math.floor((MAX_STEPS / factor) ** (1 / (power + 1)));
    return length < MIN_LENGTH ? "it can be matched in too many ways" : Math.min(length, MAX_LENGTH);
  } catch (error) {
    if (error instanceof RefusedPattern) return error.message;
    throw error;
  }
}

/** How long a text a pattern may safely be searched in; or, in words, why in none. */
export function patternLimit(source: string): number | string {
  return longestInput(source, "search");
}
