// pure. Whether two shares, two distributions over choices, or two rates differ by more than chance.
import { betaCdf, chiSquareTail, logChoose, solve } from "./special";

export interface Share {
  /** Of those asked, how many did. */
  yes: number;
  of: number;
}

/** Fisher's exact test, two-sided: the tables that are at most as likely as this one. */
export function fisherExact(a: Share, b: Share): number {
  const n = a.of + b.of;
  const yes = a.yes + b.yes;
  const [least, most] = [Math.max(0, yes - b.of), Math.min(yes, a.of)];
  if (least >= most) return 1;
  const whole = logChoose(n, a.of);
  const logOf = (k: number) => logChoose(yes, k) + logChoose(n - yes, a.of - k) - whole;
  // Equal up to rounding counts as equal.
  const limit = logOf(a.yes) + 1e-7;
  let sum = 0;
  let all = true;
  for (let k = least; k <= most; k++) {
    const log = logOf(k);
    if (log <= limit) sum += Math.exp(log);
    else all = false;
  }
  return all ? 1 : Math.min(1, sum);
}

/** With Yates' correction, for tables too large to go through. */
export function yates(a: Share, b: Share): { statistic: number; p: number } {
  const n = a.of + b.of;
  const yes = a.yes + b.yes;
  const no = n - yes;
  if (yes === 0 || no === 0 || a.of === 0 || b.of === 0) return { statistic: 0, p: 1 };
  const cross = Math.abs(a.yes * (b.of - b.yes) - b.yes * (a.of - a.yes));
  const statistic = (n * Math.max(0, cross - n / 2) ** 2) / (yes * no * a.of * b.of);
  return { statistic, p: chiSquareTail(statistic, 1) };
}

/** Newcombe's interval for the difference of two shares, from the two Wilson intervals. */
export function shareDifference(a: Share, b: Share): { value: number; lower: number; upper: number } | null {
  if (a.of === 0 || b.of === 0) return null;
  const [pa, pb] = [a.yes / a.of, b.yes / b.of];
  const [la, ua] = wilson(a);
  const [lb, ub] = wilson(b);
  return { value: pb - pa, lower: pb - pa - Math.hypot(pb - lb, ua - pa), upper: pb - pa + Math.hypot(ub - pb, pa - la) };
}

const Z95 = 1.959963984540054;

export function wilson({ yes, of }: Share): [lower: number, upper: number] {
  const p = yes / of;
  const z2 = Z95 * Z95;
  const middle = (p + z2 / (2 * of)) / (1 + z2 / of);
  const half = (Z95 * Math.sqrt((p * (1 - p)) / of + z2 / (4 * of * of))) / (1 + z2 / of);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

export interface TableTest {
  statistic: number;
  freedom: number;
  p: number;
  /** Cramér's V: 0 for the same, 1 for nothing in common. */
  v: number;
  /** Some cells expect too few for chi-square to be trusted. */
  sparse: boolean;
}

/** Two rows over the same choices. Choices that nobody took are left out. */
export function chiSquare(a: readonly number[], b: readonly number[]): TableTest {
  const columns = a.map((count, i) => [count, b[i] ?? 0] as const).filter(([x, y]) => x + y > 0);
  const [na, nb] = [sumOf(a), sumOf(b)];
  const n = na + nb;
  if (columns.length < 2 || na === 0 || nb === 0) return { statistic: 0, freedom: 0, p: 1, v: 0, sparse: true };
  const statistic = statisticOf(columns, na, nb);
  const expected = columns.flatMap(([x, y]) => [((x + y) * na) / n, ((x + y) * nb) / n]);
  const sparse = expected.some((e) => e < 1) || expected.filter((e) => e < 5).length > expected.length / 5;
  const freedom = columns.length - 1;
  return { statistic, freedom, p: chiSquareTail(statistic, freedom), v: Math.sqrt(statistic / n), sparse };
}

function statisticOf(columns: readonly (readonly [number, number])[], na: number, nb: number): number {
  const n = na + nb;
  return columns.reduce((sum, [x, y]) => {
    const [ea, eb] = [((x + y) * na) / n, ((x + y) * nb) / n];
    return sum + (x - ea) ** 2 / ea + (y - eb) ** 2 / eb;
  }, 0);
}

const SHUFFLES = 9_999;
/** Beyond this many answers chi-square is good even where some cells are thin. */
export const MAX_SHUFFLED = 2_000;

/**
 * For thin tables: how often a table as far from even comes up when the same answers are dealt out at random. The dealing always
 * begins with the same seed, so the same table has the same result.
 */
export function shuffledTable(a: readonly number[], b: readonly number[]): number {
  const columns = a.map((count, i) => [count, b[i] ?? 0] as const).filter(([x, y]) => x + y > 0);
  const [na, nb] = [sumOf(a), sumOf(b)];
  if (columns.length < 2 || na === 0 || nb === 0) return 1;
  const observed = statisticOf(columns, na, nb) - 1e-9;
  const cards = columns.flatMap(([x, y], i) => Array.from({ length: x + y }, () => i));
  const random = seeded(0x9e3779b9);
  let asFar = 0;
  for (let shuffle = 0; shuffle < SHUFFLES; shuffle++) {
    const dealt = columns.map(() => 0);
    for (let i = 0; i < na; i++) {
      const j = i + Math.floor(random() * (cards.length - i));
      const card = cards[j] ?? 0;
      cards[j] = cards[i] ?? 0;
      cards[i] = card;
      dealt[card] = (dealt[card] ?? 0) + 1;
    }
    const table = columns.map(([x, y], i) => [dealt[i] ?? 0, x + y - (dealt[i] ?? 0)] as const);
    if (statisticOf(table, na, nb) >= observed) asFar += 1;
  }
  return (asFar + 1) / (SHUFFLES + 1);
}

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface RateTest {
  /** The second rate over the first; null while the first is zero. */
  ratio: number | null;
  lower: number;
  /** Null: no upper limit. */
  upper: number | null;
  p: number;
}

/** Two counts of independent events over two spans: exact, by the binomial that their sum conditions on. */
export function rateTest(a: { count: number; span: number }, b: { count: number; span: number }): RateTest {
  const n = a.count + b.count;
  const share = b.span / (a.span + b.span);
  if (n === 0) return { ratio: null, lower: 0, upper: null, p: 1 };
  // P(X ≤ x) and P(X ≥ x) of a binomial are incomplete beta functions.
  const atMost = b.count >= n ? 1 : 1 - betaCdf(share, b.count + 1, n - b.count);
  const atLeast = b.count <= 0 ? 1 : betaCdf(share, b.count, n - b.count + 1);
  const toRatio = (p: number) => (p / (1 - p)) * (a.span / b.span);
  const lower = b.count === 0 ? 0 : toRatio(solve((p) => betaCdf(p, b.count, n - b.count + 1), 0.025, 0, 1));
  const upper = b.count === n ? null : toRatio(solve((p) => betaCdf(p, b.count + 1, n - b.count), 0.975, 0, 1));
  return {
    ratio: a.count === 0 ? null : b.count / b.span / (a.count / a.span),
    lower,
    upper,
    p: Math.min(1, 2 * Math.min(atMost, atLeast)),
  };
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
