// pure. What two sets of answers to one field say of each other: the test that suits them, how large the difference is, and whether
// it is more than chance.

import { correct } from "../statistics/correct";
import { type Counts, mannWhitney, meanDifference, spreadOf } from "../statistics/numbers";
import { chiSquare, fisherExact, MAX_SHUFFLED, type Share, shareDifference, shuffledTable, yates } from "../statistics/proportions";

export type TestName =
  | "fisher_exact"
  | "chi_square_yates"
  | "chi_square"
  | "permutation"
  | "mann_whitney"
  | "mann_whitney_exact"
  | "poisson_exact";

export interface Judgement {
  test: TestName;
  p: number;
  effect: {
    /** `share_difference` and `mean_difference` are of the second side over the first, with 95 % limits. */
    kind: "share_difference" | "cramers_v" | "probability_of_superiority" | "rate_ratio";
    value: number | null;
    lower: number | null;
    upper: number | null;
  };
  /** Choices of a field with several values, each judged by itself. */
  by: { value: string; a: Share; b: Share; p: number }[];
  meanDifference: { value: number; lower: number; upper: number } | null;
}

/** As it stands after the correction for how many things were judged. */
export type Judged = Judgement & { pAdjusted: number; significant: boolean };

/** Beyond this many tables there is no need to go through them. */
const MAX_TABLES = 20_000;

export function judgeShares(a: Share, b: Share): Judgement {
  const small = Math.min(a.yes + b.yes, a.of + b.of - a.yes - b.yes, a.of, b.of) <= MAX_TABLES;
  const effect = shareDifference(a, b) ?? { value: null, lower: null, upper: null };
  return {
    test: small ? "fisher_exact" : "chi_square_yates",
    p: small ? fisherExact(a, b) : yates(a, b).p,
    effect: { kind: "share_difference", ...effect },
    by: [],
    meanDifference: null,
  };
}

/** One choice each. */
export function judgeChoices(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): Judgement {
  const values = [...new Set([...a.keys(), ...b.keys()])].sort();
  const [left, right] = [values.map((value) => a.get(value) ?? 0), values.map((value) => b.get(value) ?? 0)];
  const [na, nb] = [sumOf(left), sumOf(right)];
  const [first, ...more] = values;
  if (first !== undefined && more.length === 1) return judgeShares({ yes: left[1] ?? 0, of: na }, { yes: right[1] ?? 0, of: nb });
  const table = chiSquare(left, right);
  const shuffled = table.sparse && na + nb <= MAX_SHUFFLED;
  return {
    test: shuffled ? "permutation" : "chi_square",
    p: shuffled ? shuffledTable(left, right) : table.p,
    effect: { kind: "cramers_v", value: table.v, lower: null, upper: null },
    by: [],
    meanDifference: null,
  };
}

/** Several choices each: every one is a share of those who answered, and the smallest p after Holm speaks for all. */
export function judgeMultiple(a: ReadonlyMap<string, number>, na: number, b: ReadonlyMap<string, number>, nb: number): Judgement {
  const values = [...new Set([...a.keys(), ...b.keys()])].sort();
  const shares = values.map((value) => ({ value, a: { yes: a.get(value) ?? 0, of: na }, b: { yes: b.get(value) ?? 0, of: nb } }));
  const judged = shares.map((share) => judgeShares(share.a, share.b));
  const ps = correct(
    judged.map(({ p }) => p),
    "holm",
  );
  const least = ps.indexOf(Math.min(...ps));
  const strongest = judged[least];
  return {
    test: strongest?.test ?? "fisher_exact",
    p: ps[least] ?? 1,
    effect: strongest?.effect ?? { kind: "share_difference", value: null, lower: null, upper: null },
    by: shares.map((share, i) => ({ ...share, p: ps[i] ?? 1 })),
    meanDifference: null,
  };
}

export function judgeNumbers(a: Counts, b: Counts): Judgement {
  const ranks = mannWhitney(a, b);
  const difference = meanDifference(a, b);
  const some = spreadOf(a) !== null && spreadOf(b) !== null;
  return {
    test: ranks.exact ? "mann_whitney_exact" : "mann_whitney",
    p: ranks.p,
    effect: { kind: "probability_of_superiority", value: some ? ranks.superiority : null, lower: null, upper: null },
    by: [],
    meanDifference: difference === null ? null : { value: difference.value, lower: difference.lower, upper: difference.upper },
  };
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
