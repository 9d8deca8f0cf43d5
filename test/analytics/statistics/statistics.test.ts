// Against values from textbooks and other programs, and against going through all cases by hand.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { correct } from "../../../src/analytics/statistics/correct";
import { type Counts, mannWhitney, meanDifference, spreadOf } from "../../../src/analytics/statistics/numbers";
import {
  chiSquare,
  fisherExact,
  rateTest,
  type Share,
  shareDifference,
  shuffledTable,
  wilson,
  yates,
} from "../../../src/analytics/statistics/proportions";
import { betaCdf, chiSquareTail, logGamma, normalTail, studentTails } from "../../../src/analytics/statistics/special";

const counts = (...numbers: number[]): Counts =>
  [...new Set(numbers)].sort((a, b) => a - b).map((value) => [value, numbers.filter((n) => n === value).length] as const);

describe("probabilities", () => {
  test.for([
    ["normal", normalTail(1.959963985), 0.025],
    ["far out", normalTail(6), 9.865876e-10],
    ["Student", studentTails(2.228138852, 10), 0.05],
    ["Student, one degree", studentTails(1, 1), 0.5],
    ["chi-square", chiSquareTail(3.841458821, 1), 0.05],
    ["chi-square, many degrees", chiSquareTail(124.3421, 100), 0.05],
    ["beta", betaCdf(0.3, 2, 5), 0.579825],
    ["beta, half", betaCdf(0.5, 200, 200), 0.5],
    ["log gamma", logGamma(10.5), 13.940625219],
    ["log gamma, large", logGamma(1_000_001), 12815518.384658],
  ] as const)("%s", ([, found, expected]) => expect(found / expected).toBeCloseTo(1, 5));
});

describe("shares", () => {
  test.for([
    [3, 4, 1, 4, 0.4857142857],
    [8, 10, 1, 6, 0.03496503497],
    [1, 10, 11, 14, 0.00275945618],
    [0, 5, 0, 5, 1],
    [0, 0, 3, 5, 1],
  ] as const)("Fisher %d of %d against %d of %d", ([x, n, y, m, p]) => {
    expect(fisherExact({ yes: x, of: n }, { yes: y, of: m })).toBeCloseTo(p, 8);
  });

  const share = fc.nat(30).chain((of) => fc.nat(of).map((yes): Share => ({ yes, of })));

  test("Fisher: sides may change places, so may yes and no; what is dealt evenly is no surprise", () => {
    const no = ({ yes, of }: Share) => ({ yes: of - yes, of });
    fc.assert(
      fc.property(share, share, (a, b) => {
        const p = fisherExact(a, b);
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
        expect(fisherExact(b, a)).toBeCloseTo(p, 9);
        expect(fisherExact(no(a), no(b))).toBeCloseTo(p, 9);
        expect(fisherExact(a, a)).toBeCloseTo(1, 9);
      }),
    );
  });

  test("Yates comes near to Fisher where there is much, and is as R has it", () => {
    expect(yates({ yes: 10, of: 30 }, { yes: 20, of: 30 })).toMatchObject({
      statistic: expect.closeTo(5.4, 9),
      p: expect.closeTo(0.0201367516, 8),
    });
    const [a, b] = [
      { yes: 5_100, of: 10_000 },
      { yes: 5_250, of: 10_000 },
    ];
    expect(yates(a, b).p).toBeCloseTo(fisherExact(a, b), 3);
  });

  test("a million answers are judged too", () => {
    expect(fisherExact({ yes: 20_000, of: 1_000_000 }, { yes: 20_100, of: 1_000_000 })).toBeCloseTo(0.615, 2);
  });

  test("Wilson's and Newcombe's intervals", () => {
    expect(wilson({ yes: 1, of: 29 }).map((x) => Number(x.toFixed(4)))).toEqual([0.0061, 0.1718]);
    const difference = shareDifference({ yes: 48, of: 80 }, { yes: 56, of: 70 });
    expect(difference).toMatchObject({ value: expect.closeTo(0.2, 9), lower: expect.closeTo(0.0524, 3), upper: expect.closeTo(0.3339, 3) });
    expect(shareDifference({ yes: 0, of: 0 }, { yes: 1, of: 2 })).toBeNull();
  });
});

describe("tables", () => {
  test("chi-square as R has it", () => {
    expect(chiSquare([762, 327, 468], [484, 239, 477])).toMatchObject({
      ...{ statistic: expect.closeTo(30.07, 2), freedom: 2, sparse: false },
      p: expect.closeTo(2.954e-7, 9),
    });
    expect(chiSquare([5, 0, 0], [3, 0, 0]).p).toBe(1);
  });

  test("dealing at random agrees with Fisher where both can be asked, and with itself", () => {
    for (const [x, n, y, m] of [
      [8, 10, 1, 6],
      [3, 4, 1, 4],
      [5, 20, 15, 25],
    ] as const) {
      const p = shuffledTable([x, n - x], [y, m - y]);
      expect(p).toBe(shuffledTable([x, n - x], [y, m - y]));
      expect(p).toBeCloseTo(fisherExact({ yes: x, of: n }, { yes: y, of: m }), 1);
    }
    expect(shuffledTable([4, 0, 0, 0], [0, 3, 2, 3])).toBeLessThan(0.02);
  });
});

describe("rates", () => {
  test("as R's poisson.test", () => {
    expect(rateTest({ count: 21, span: 3011 }, { count: 11, span: 800 })).toMatchObject({
      ratio: expect.closeTo(1.971488, 5),
      lower: expect.closeTo(0.8584264, 5),
      upper: expect.closeTo(4.2772659, 5),
    });
  });

  test("nothing against something, and nothing at all", () => {
    expect(rateTest({ count: 0, span: 1 }, { count: 0, span: 1 }).p).toBe(1);
    expect(rateTest({ count: 0, span: 1 }, { count: 5, span: 1 })).toMatchObject({
      ratio: null,
      upper: null,
      p: expect.closeTo(0.0625, 9),
    });
    expect(rateTest({ count: 5, span: 1 }, { count: 0, span: 1 })).toMatchObject({ ratio: 0, lower: 0, p: expect.closeTo(0.0625, 9) });
  });

  test("where nothing differs, few are called different", () => {
    let called = 0;
    const all = 2_000;
    let state = 7;
    const random = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const wait = () => -Math.log(random());
    const poisson = (mean: number) => {
      let [count, time] = [0, wait()];
      while (time < mean) {
        count += 1;
        time += wait();
      }
      return count;
    };
    for (let i = 0; i < all; i++) if (rateTest({ count: poisson(20), span: 1 }, { count: poisson(40), span: 2 }).p < 0.05) called += 1;
    expect(called / all).toBeLessThan(0.055);
    expect(called / all).toBeGreaterThan(0.02);
  });
});

describe("numbers", () => {
  test("Mann and Whitney as other programs have it", () => {
    expect(mannWhitney(counts(1, 2, 3), counts(4, 5, 6))).toMatchObject({ superiority: 1, p: expect.closeTo(0.1, 9), exact: true });
    expect(mannWhitney(counts(1, 2, 3, 4, 5), counts(6, 7, 8, 9, 10)).p).toBeCloseTo(0.00793650794, 9);
    expect(mannWhitney(counts(2, 2, 2), counts(2, 2)).p).toBe(1);
    expect(mannWhitney(counts(), counts(1)).p).toBe(1);
  });

  test("exact, with ties, is what going through all ways of choosing finds", () => {
    const few = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(few, few, (a, b) => {
        expect(mannWhitney(counts(...a), counts(...b)).p).toBeCloseTo(byHand(a, b), 9);
      }),
    );
  });

  test("many are judged as few are, and sides may change places", () => {
    const a = Array.from({ length: 22 }, (_, i) => (i * 7) % 19);
    const b = Array.from({ length: 18 }, (_, i) => ((i * 5) % 17) + 3);
    const exact = mannWhitney(counts(...a), counts(...b));
    const near = mannWhitney(counts(...a, 9), counts(...b));
    expect([exact.exact, near.exact]).toEqual([true, false]);
    expect(near.p).toBeCloseTo(exact.p, 1);
    expect(mannWhitney(counts(...b), counts(...a)).p).toBeCloseTo(exact.p, 9);
  });

  test("means differ by Welch", () => {
    expect(meanDifference(counts(1, 2, 3, 4, 5), counts(3, 4, 5, 6, 7))).toMatchObject({
      ...{ value: 2, p: expect.closeTo(0.08051623, 6) },
      ...{ lower: expect.closeTo(-0.306004, 5), upper: expect.closeTo(4.306004, 5) },
    });
    expect(meanDifference(counts(1), counts(2, 3))).toBeNull();
    expect(spreadOf(counts(2, 4, 4, 4, 5, 5, 7, 9))).toMatchObject({ n: 8, mean: 5, deviation: expect.closeTo(2.13809, 4) });
  });
});

test("corrections", () => {
  expect(correct([0.01, 0.04, 0.03], "holm")).toEqual([0.03, 0.06, 0.06].map((p) => expect.closeTo(p, 12)));
  expect(correct([0.01, 0.04, 0.03], "benjamini_hochberg")).toEqual([0.03, 0.04, 0.04].map((p) => expect.closeTo(p, 12)));
  expect(correct([0.5, 0.9], "holm")).toEqual([1, 1]);
  expect(correct([0.2], "none")).toEqual([0.2]);
  expect(correct([], "holm")).toEqual([]);
});

function byHand(a: readonly number[], b: readonly number[]): number {
  const all = [...a, ...b];
  const u = (second: readonly number[]) => {
    const rest = all.filter((_, i) => !second.includes(i));
    return second.reduce((sum, i) => sum + rest.reduce((s, x) => s + (x < (all[i] ?? 0) ? 1 : x === all[i] ? 0.5 : 0), 0), 0);
  };
  const mean = (a.length * b.length) / 2;
  const far = Math.abs(u(b.map((_, i) => a.length + i)) - mean) - 1e-9;
  let [ways, asFar] = [0, 0];
  for (const chosen of choices(all.length, b.length)) {
    ways += 1;
    if (Math.abs(u(chosen) - mean) >= far) asFar += 1;
  }
  return asFar / ways;
}

function choices(n: number, k: number, from = 0): number[][] {
  if (k === 0) return [[]];
  const found: number[][] = [];
  for (let i = from; i <= n - k; i++) for (const rest of choices(n, k - 1, i + 1)) found.push([i, ...rest]);
  return found;
}
