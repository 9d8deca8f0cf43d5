import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matcher, whyUnsafe } from "../../../src/forms/fields/patterns";
import { measure } from "../../../src/forms/fields/patterns/backtracking";
import { type Node, parsePattern } from "../../../src/forms/fields/patterns/parse";

const SAFE = [
  "^[A-Z]{3}$",
  "\\d{5}",
  "[^\\s@]+@[^\\s@]+\\.[^\\s@]+",
  "(?:[a-z]+\\.)+[a-z]+",
  "^(?=.*\\d)(?=.*[a-z])(?=.*[A-Z]).{8,}$",
  "(\\d{1,3}\\.){3}\\d{1,3}",
  "(\\d{4}[ -]?){3}\\d{4}",
  "https?://[^\\s]+",
  "^(yes|no|maybe)$",
  "[\\w.+\\-]+",
  "(?:ab?)*c",
  "\\p{L}+(?:[ '’-]\\p{L}+)*",
  "^\\+?[0-9 ()-]{6,20}$",
  "(?<year>\\d{4})-(?<month>\\d\\d)",
  "[\\]a-z]+",
  "",
  "a{0}",
  "\\u00e9+",
];

const UNSAFE = [
  "(a+)+",
  "(a+)+$",
  "(a*)*b",
  "(a|a)*",
  "(a|ab)*c",
  "(\\w|\\d)+x",
  "([a-z]+)*$",
  "(.*a){20}",
  "(x+x+)+y",
  "(a?){30}a{30}",
  `${"a?".repeat(30)}${"a".repeat(30)}`,
  "(.*)\\1",
  "(?<q>a)\\k<q>",
  "a{1001}",
  "(?:a{50}){50}",
  "(?<=a)b",
  ".*.*.*.*x",
  "(?:(?=a*)a)*b",
  "(",
  "[z-a]",
  "a**",
  "(\\w+\\s?)*$",
  "((a{1,5}){1,5}){1,5}b",
  "x".repeat(501),
];

describe("patterns", () => {
  it.each(SAFE)("accepts %s", (pattern) => {
    expect(whyUnsafe(pattern)).toBeNull();
    expect(matcher(pattern, "whole")).not.toBeNull();
  });

  it.each(UNSAFE)("refuses %s", (pattern) => {
    expect(whyUnsafe(pattern)).toEqual(expect.any(String));
    expect(matcher(pattern, "whole")).toBeNull();
  });

  it("matches the whole answer, or searches it", () => {
    expect(matcher("\\d{3}", "whole")?.test("1234")).toBe(false);
    expect(matcher("\\d{3}", "search")?.test("a1234")).toBe(true);
    expect(matcher("a|b", "whole")?.test("ab")).toBe(false);
  });

  // Clocks stand still while a Worker computes, so steps are counted: those of a plain backtracking matcher.
  it("is never slow on hostile text for a pattern it accepts", () => {
    const atom = fc.constantFrom("a", "b", ".", "[ab]", "\\w", "(?:ab|a)", "(?:a|b)", "(?:ba)", "(?=a*b)");
    const piece = fc
      .tuple(atom, fc.constantFrom("", "*", "+", "?", "{2,}", "{1,30}", "{3}"))
      .map(([a, q]) => (a.startsWith("(?=") ? a : a + q));
    const flat = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(""));
    const nested = fc.tuple(flat, flat, fc.constantFrom("*", "+", "{2,9}", "{4}")).map(([inner, tail, q]) => `(?:${inner})${q}${tail}`);
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(flat, nested), (pattern) => {
        if (whyUnsafe(pattern) !== null) return;
        accepted++;
        const { degree, factor } = measure(pattern);
        for (const unit of ["a", "b", "ab", "aab"]) {
          const text = `${unit.repeat(60 / unit.length)}!`;
          expect(stepsToMatch(pattern, text)).toBeLessThan(20 * factor * text.length ** (degree + 1));
        }
      }),
      { numRuns: 400 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it("would notice: the patterns it refuses are slow", () => {
    expect(stepsToMatch("(a+)+", `${"a".repeat(20)}!`)).toBeGreaterThan(1_000_000);
  });
});

function stepsToMatch(source: string, text: string): number {
  let steps = 0;
  const match = (node: Node, at: number, next: (at: number) => boolean): boolean => {
    switch (node.kind) {
      case "char":
        steps++;
        return at < text.length && new RegExp(`^${node.atom}$`, "u").test(text.charAt(at)) && next(at + 1);
      case "empty":
        return next(at);
      case "look":
        return match(node.body, at, () => true) && next(at);
      case "choice":
        return node.items.some((item) => match(item, at, next));
      case "sequence": {
        const from = (index: number, place: number): boolean => {
          const item = node.items[index];
          return item === undefined ? next(place) : match(item, place, (after) => from(index + 1, after));
        };
        return from(0, at);
      }
      case "repeat": {
        const turn = (count: number, place: number): boolean =>
          (count < node.max && match(node.body, place, (after) => (after > place || count < node.min) && turn(count + 1, after))) ||
          (count >= node.min && next(place));
        return turn(0, at);
      }
    }
  };
  match(parsePattern(source), 0, (at) => at === text.length);
  return steps;
}
