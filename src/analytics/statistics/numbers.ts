// pure. Whether two sets of numbers differ by more than chance. Sets are given as each different number and how often it occurs.
import { normalTail, solve, studentTails } from "./special";

/** In ascending order. */
export type Counts = readonly (readonly [value: number, times: number])[];

export interface RankTest {
  /** Of a pair drawn at random, how often the second is larger; half of the ties count. */
  superiority: number;
  p: number;
  exact: boolean;
}

/** Up to here all ways of dealing out the ranks are gone through. */
const MAX_EXACT = 40;

/** Mann and Whitney's test: nothing is assumed of the shapes, and outliers weigh no more than others. */
export function mannWhitney(a: Counts, b: Counts): RankTest {
  const [na, nb] = [sizeOf(a), sizeOf(b)];
  if (na === 0 || nb === 0) return { superiority: 0.5, p: 1, exact: true };
  const ties = tiesOf(a, b);
  // Twice the mean rank of each tie is whole.
  let before = 0;
  let doubledSum = 0;
  let tieTerm = 0;
  const doubled: [rank: number, times: number][] = [];
  for (const [inA, inB] of ties) {
    const t = inA + inB;
    const rank = 2 * before + t + 1;
    doubled.push([rank, t]);
    doubledSum += rank * inB;
    tieTerm += t ** 3 - t;
    before += t;
  }
  const n = na + nb;
  const u = doubledSum / 2 - (nb * (nb + 1)) / 2;
  const superiority = u / (na * nb);
  if (n <= MAX_EXACT) return { superiority, p: exactRanks(doubled, nb, doubledSum), exact: true };
  const mean = (na * nb) / 2;
  const variance = ((na * nb) / 12) * (n + 1 - tieTerm / (n * (n - 1)));
  if (variance <= 0) return { superiority, p: 1, exact: false };
  const z = Math.max(0, Math.abs(u - mean) - 0.5) / Math.sqrt(variance);
  return { superiority, p: Math.min(1, 2 * normalTail(z)), exact: false };
}

/** Of all ways to choose which ranks are the second set's, the share whose sum is as far from the mean. */
function exactRanks(doubled: readonly (readonly [rank: number, times: number])[], nb: number, observed: number): number {
  const ranks = doubled.flatMap(([rank, times]) => Array.from({ length: times }, () => rank));
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  // ways[k][s]: of choosing k ranks that sum up to s.
  const ways = Array.from({ length: nb + 1 }, () => new Float64Array(total + 1));
  const none = ways[0];
  if (none !== undefined) none[0] = 1;
  for (const rank of ranks) {
    for (let k = nb; k >= 1; k--) {
      const [to, from] = [ways[k], ways[k - 1]];
      if (to === undefined || from === undefined) continue;
      for (let s = total; s >= rank; s--) to[s] = (to[s] ?? 0) + (from[s - rank] ?? 0);
    }
  }
  const mean = (total * nb) / ranks.length;
  const far = Math.abs(observed - mean) - 1e-9;
  let [all, asFar] = [0, 0];
  for (const [sum, count] of (ways[nb] ?? new Float64Array()).entries()) {
    all += count;
    if (Math.abs(sum - mean) >= far) asFar += count;
  }
  return all === 0 ? 1 : Math.min(1, asFar / all);
}

function tiesOf(a: Counts, b: Counts): [inA: number, inB: number][] {
  const all = new Map<number, [number, number]>();
  for (const [value, times] of a) all.set(value, [times, 0]);
  for (const [value, times] of b) all.set(value, [all.get(value)?.[0] ?? 0, times]);
  return [...all].sort(([x], [y]) => x - y).map(([, pair]) => pair);
}

export interface Spread {
  n: number;
  mean: number;
  /** Null for a single number. */
  deviation: number | null;
}

export function spreadOf(counts: Counts): Spread | null {
  const n = sizeOf(counts);
  if (n === 0) return null;
  const mean = counts.reduce((sum, [value, times]) => sum + (value * times) / n, 0);
  const squares = counts.reduce((sum, [value, times]) => sum + times * (value - mean) ** 2, 0);
  return { n, mean, deviation: n < 2 ? null : Math.sqrt(squares / (n - 1)) };
}

/** The difference of the means, with Welch's interval, which lets the spreads differ. Null where one number says nothing of a spread. */
export function meanDifference(a: Counts, b: Counts): { value: number; lower: number; upper: number; p: number } | null {
  const [x, y] = [spreadOf(a), spreadOf(b)];
  if (x === null || y === null || x.deviation === null || y.deviation === null) return null;
  const [vx, vy] = [x.deviation ** 2 / x.n, y.deviation ** 2 / y.n];
  const value = y.mean - x.mean;
  const error = Math.sqrt(vx + vy);
  if (error === 0) return { value, lower: value, upper: value, p: value === 0 ? 1 : 0 };
  const freedom = (vx + vy) ** 2 / (vx ** 2 / (x.n - 1) + vy ** 2 / (y.n - 1));
  const t = solve((q) => 1 - studentTails(q, freedom), 0.95, 0, 1e4);
  return { value, lower: value - t * error, upper: value + t * error, p: studentTails(Math.abs(value) / error, freedom) };
}

function sizeOf(counts: Counts): number {
  return counts.reduce((sum, [, times]) => sum + times, 0);
}
