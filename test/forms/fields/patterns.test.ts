import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matcher, whyUnsafe } from "../../../src/forms/fields/patterns";

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

  it("is quick on hostile text for every pattern it accepts", () => {
    const atom = fc.constantFrom("a", "b", ".", "[ab]", "\\w", "(?:ab|a)", "(?:a|b)", "(?:ba)");
    const piece = fc.tuple(atom, fc.constantFrom("", "*", "+", "?", "{2,}", "{1,30}", "{3}")).map(([a, q]) => a + q);
    const flat = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(""));
    const nested = fc.tuple(flat, flat, fc.constantFrom("*", "+", "{2,9}")).map(([inner, tail, q]) => `(?:${inner})${q}${tail}`);
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(flat, nested), (pattern) => {
        for (const use of ["whole", "search"] as const) {
          const found = matcher(pattern, use);
          if (found === null) continue;
          accepted++;
          const length = found.maxLength - 1;
          for (const text of [`${"a".repeat(length)}!`, `${"ab".repeat(length / 2)}!`, `${"b".repeat(length)}!`]) {
            const started = performance.now();
            found.test(text);
            expect(performance.now() - started).toBeLessThan(500);
          }
        }
      }),
      { numRuns: 400 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});
