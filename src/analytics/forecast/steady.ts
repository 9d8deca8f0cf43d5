// pure. What would mislead a forecast, taken out of its past: days when the door was closed, days when everybody came at once, and
// the level from before it changed for good. Only the past is made steady; what a forecast is judged by is what really happened.
import { WEEK } from "./models";

/** Weeks before and after from which a day is judged. */
const REACH = 4;
/** A run of days without anybody that is longer is how it is now, unless it has ended. */
const LONGEST_GAP = 21;
const LONGEST_OPEN_GAP = 8;
const LONGEST_BURST = 3;
const FLAG = 4;

export function steady(values: readonly number[]): number[] {
  return levelled(withoutOddDays(values));
}

export function withoutOddDays(values: readonly number[]): number[] {
  const expected = values.map((_, day) => usual(values, day));
  const spread = spreadOf(values, expected);
  const limit = (e: number) => FLAG * spread * Math.sqrt(Math.max(e, 1));
  const odd = values.map((value, day): -1 | 0 | 1 => {
    const e = expected[day] ?? 0;
    if (value === 0 && e >= 5) return -1;
    return value > e + limit(e) + 2 ? 1 : value < e - limit(e) - 2 ? -1 : 0;
  });
  const out = [...values];
  for (let from = 0; from < odd.length; ) {
    const sign = odd[from] ?? 0;
    let to = from + 1;
    // A day on which nobody comes anyway does not end a gap.
    while (to < odd.length && (odd[to] === sign || (sign === -1 && (expected[to] ?? 0) < 1))) to++;
    const days = to - from;
    const ended = to < odd.length;
    const longest = sign === 1 ? LONGEST_BURST : ended ? LONGEST_GAP : LONGEST_OPEN_GAP;
    if (sign !== 0 && days <= longest) {
      for (let day = from; day < to; day++) if (odd[day] === sign) out[day] = expected[day] ?? 0;
    }
    from = to;
  }
  return out;
}

/** The middle one of the same weekday in the weeks around it. */
function usual(values: readonly number[], day: number): number {
  const around: number[] = [];
  for (let week = 1; week <= REACH; week++) {
    const before = values[day - week * WEEK];
    const after = values[day + week * WEEK];
    if (before !== undefined) around.push(before);
    if (after !== undefined) around.push(after);
  }
  return around.length < 3 ? (values[day] ?? 0) : median(around);
}

/** By how many times the noise is that of pure counting; at least once. */
function spreadOf(values: readonly number[], expected: readonly number[]): number {
  const scores = values.map((value, day) => Math.abs(value - (expected[day] ?? 0)) / Math.sqrt(Math.max(expected[day] ?? 0, 1)));
  return Math.max(1, 1.4826 * median(scores));
}

/** The past before a lasting step, brought to the level after it: its weekly shape still tells something. */
function levelled(values: readonly number[]): number[] {
  const step = lastStep(values);
  if (step === null) return [...values];
  return values.map((value, day) => (day < step.at ? value * step.ratio : value));
}

const LEAST_BEFORE = 2 * WEEK;
const LEAST_AFTER = WEEK;

export function lastStep(values: readonly number[]): { at: number; ratio: number } | null {
  const n = values.length;
  if (n < LEAST_BEFORE + LEAST_AFTER) return null;
  // Means of whole weeks have no weekday in them.
  const weeks = slidingWeeks(values);
  const line = squaresAroundLine(weeks);
  let best: { at: number; squares: number; before: number; after: number } | null = null;
  for (let at = LEAST_BEFORE; at <= n - LEAST_AFTER; at++) {
    const before = mean(values.slice(Math.max(0, at - 8 * WEEK), at));
    const after = mean(values.slice(at));
    const squares = weeks.reduce((sum, value, i) => {
      // The share of this week that lies after the step.
      const share = Math.min(1, Math.max(0, (i + WEEK - at) / WEEK));
      return sum + (value - (before * (1 - share) + after * share)) ** 2;
    }, 0);
    if (best === null || squares < best.squares) best = { at, squares, before, after };
  }
  if (best === null || best.before < 1 || best.after < 1) return null;
  const { before, after, at } = best;
  const noise = Math.sqrt((before + after) / 2 / Math.min(at, n - at)) + 1e-9;
  const isLarge = Math.abs(Math.log(after / before)) > 0.25 && Math.abs(after - before) > 6 * noise;
  return isLarge && best.squares < 0.5 * line ? { at, ratio: after / before } : null;
}

function slidingWeeks(values: readonly number[]): number[] {
  const weeks: number[] = [];
  for (let i = 0; i + WEEK <= values.length; i++) weeks.push(mean(values.slice(i, i + WEEK)));
  return weeks;
}

function squaresAroundLine(values: readonly number[]): number {
  const n = values.length;
  const middle = (n - 1) / 2;
  const level = mean(values);
  let xy = 0;
  let xx = 0;
  for (const [i, value] of values.entries()) {
    xy += (i - middle) * (value - level);
    xx += (i - middle) ** 2;
  }
  const slope = xx === 0 ? 0 : xy / xx;
  return values.reduce((sum, value, i) => sum + (value - level - slope * (i - middle)) ** 2, 0);
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >>> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}
