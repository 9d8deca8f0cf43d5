// pure. What a form would have got in each window of time, had it been an ordinary week: the same window of the weeks before, at
// the level of the last days. It is learned in one pass, each window judged before it is learned from, so the same pass serves for
// history and for yesterday.

export interface Windows {
  /** Each window is so many hours, counted from midnight there. */
  hours: number;
  /** 0 is the first window of a Sunday. */
  firstSlot: number;
  complete: readonly number[];
  starts: readonly number[];
}

export interface Judged {
  observed: number;
  /** Null while too little is known. */
  expected: number | null;
  /** What the weekly shape alone says, and by what it was multiplied. */
  base: number;
  level: number;
  /** By how many times the noise is that of counting alone; at least once. */
  spread: number;
  /** How unlikely, in standard deviations; negative: too few. */
  score: number;
  starts: number;
  /** Of those who start here, how many complete; null while too little is known. */
  rate: number | null;
  rateScore: number;
}

const WEEKS = 8;
/** Before this nothing is judged: a shape seen once may be chance. */
export const LEAST_WEEKS = 3;
/** A day's share in the level. */
const FORGET_A_DAY = 0.12;
const CLIP = 3;
const RATE_DAYS = 28;

export function slotsOf({ hours }: Pick<Windows, "hours">): number {
  return (7 * 24) / hours;
}

export interface Pass {
  judged: Judged[];
  /** What each of the following windows of a week would get. */
  next: number[];
  spread: number;
}

export function judgeWindows(windows: Windows): Pass {
  const { complete, starts, hours } = windows;
  const slots = slotsOf(windows);
  const forget = (FORGET_A_DAY * hours) / 24;
  const shaped = new Shape(complete, slots, hours);
  const spreads = new Spread(WEEKS * slots);
  const rates = new Rates((RATE_DAYS * 24) / hours);
  const judged: Judged[] = [];
  let level = 1;
  /** What the level is learned from lately: seven days of what came and of what the shape alone says. */
  const recent: { observed: number; base: number }[] = [];
  const perWeek = slots;
  let shiftedFor = 0;
  for (const [i, observed] of complete.entries()) {
    const base = i < LEAST_WEEKS * slots ? null : shaped.at(i);
    const begun = starts[i] ?? 0;
    const { rate, score: rateScore } = rates.judge(observed, begun);
    if (base === null) {
      judged.push({ observed, expected: null, base: 0, level, spread: 1, score: 0, starts: begun, rate: null, rateScore: 0 });
    } else {
      const expected = base * level;
      const spread = spreads.now();
      const score = scoreOf(observed, expected, spread);
      judged.push({ observed, expected, base, level, spread, score, starts: begun, rate, rateScore });
      spreads.add(scoreOf(observed, expected, 1), expected);
      const kept = expected > 0 ? bounded(observed, expected, spread) : observed;
      const mean = shaped.mean(i);
      if (mean > 0) level = Math.max(0, level + (forget * (kept - base * level)) / mean);
      recent.push({ observed, base });
      if (recent.length > perWeek) recent.shift();
      // A week that lies on one side as a whole is how it is now: go there at once instead of calling every day odd.
      if (recent.length === perWeek && shiftedFor <= 0) {
        const came = sum(recent, "observed");
        const should = sum(recent, "base");
        const apart = scoreOf(came, should * level, spread * 2);
        if (should > 0 && Math.abs(apart) > 4) {
          level = came / should;
          shiftedFor = perWeek;
        }
      }
      shiftedFor -= 1;
    }
    rates.add(observed, begun);
  }
  const next = Array.from({ length: slots }, (_, k) =>
    complete.length < LEAST_WEEKS * slots ? 0 : shaped.at(complete.length + k) * level,
  );
  return { judged, next, spread: spreads.now() };
}

/** Counts are judged by their roots, whose noise is the same at every level, small ones too. */
export function scoreOf(observed: number, expected: number, spread: number): number {
  return (2 * (Math.sqrt(observed + 0.25) - Math.sqrt(expected + 0.25))) / Math.sqrt(spread);
}

export function bandOf(expected: number, spread: number, deviations: number): { lower: number; upper: number } {
  const root = Math.sqrt(expected + 0.25);
  const reach = (deviations * Math.sqrt(spread)) / 2;
  return { lower: Math.max(0, Math.max(0, root - reach) ** 2 - 0.25), upper: (root + reach) ** 2 - 0.25 };
}

function bounded(observed: number, expected: number, spread: number): number {
  const { lower, upper } = bandOf(expected, spread, CLIP);
  return Math.min(upper, Math.max(lower, observed));
}

function sum(windows: readonly { observed: number; base: number }[], of: "observed" | "base"): number {
  return windows.reduce((total, window) => total + window[of], 0);
}

/** The weekly shape: the same window of up to eight weeks without its highest and lowest, neighbours helping where windows are short. */
class Shape {
  readonly #known = new Map<number, number>();
  /** How many came before each window. */
  readonly #before: number[] = [0];

  constructor(
    readonly complete: readonly number[],
    readonly slots: number,
    readonly hours: number,
  ) {
    for (const [i, value] of complete.entries()) this.#before.push((this.#before[i] ?? 0) + value);
  }

  at(i: number): number {
    if (this.hours === 24) return this.#own(i);
    return 0.5 * this.#own(i) + 0.25 * this.#own(i - 1) + 0.25 * this.#own(i + 1);
  }

  mean(i: number): number {
    const from = Math.max(0, i - WEEKS * this.slots);
    return i === from ? 0 : ((this.#before[i] ?? 0) - (this.#before[from] ?? 0)) / (i - from);
  }

  #own(i: number): number {
    const known = this.#known.get(i);
    if (known !== undefined) return known;
    const values: number[] = [];
    for (let week = 1; week <= WEEKS; week++) {
      const value = this.complete[i - week * this.slots];
      if (value !== undefined) values.push(value);
    }
    values.sort((a, b) => a - b);
    const kept = values.length >= 5 ? values.slice(1, -1) : values.length >= 3 ? [values[Math.floor(values.length / 2)] ?? 0] : values;
    const mean = kept.length === 0 ? 0 : kept.reduce((total, value) => total + value, 0) / kept.length;
    this.#known.set(i, mean);
    return mean;
  }
}

/** How much wider than counting the noise is, by the middle one of the last weeks' scores: a few odd days do not move it. */
class Spread {
  readonly #scores: number[] = [];
  #added = 0;
  #known: number | null = null;

  /** `most` is eight weeks; what is known is worked out anew once a day. */
  constructor(readonly most: number) {}

  add(score: number, expected: number): void {
    // Where next to nobody is expected a score says nothing about the noise elsewhere.
    if (expected < 1) return;
    this.#scores.push(Math.abs(score));
    if (this.#scores.length > this.most) this.#scores.shift();
    this.#added += 1;
    if (this.#added % Math.max(1, this.most / 56) === 0) this.#known = null;
  }

  now(): number {
    if (this.#known !== null) return this.#known;
    const sorted = [...this.#scores].sort((a, b) => a - b);
    const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
    // With few to go by, wider: a month of days is not much.
    const unsure = 1 + 6 / (6 + sorted.length);
    const spread = Math.max(1, (1.4826 * middle) ** 2) * unsure;
    this.#known = spread;
    return spread;
  }
}

/** How many of those who start complete, over the last four weeks. */
class Rates {
  readonly #last: { complete: number; starts: number }[] = [];
  #complete = 0;
  #starts = 0;
  readonly #scores: number[] = [];
  #added = 0;
  #spread = 1;
  #raw = 0;

  constructor(readonly most: number) {}

  judge(complete: number, starts: number): { rate: number | null; score: number } {
    if (this.#starts < 100 || this.#last.length < this.most / 2) return { rate: null, score: 0 };
    const rate = Math.min(0.999, Math.max(0.001, this.#complete / this.#starts));
    if (starts === 0) return { rate, score: 0 };
    // The angle of a share has the same noise everywhere, as the root of a count has.
    const angle = (share: number) => Math.asin(Math.sqrt(Math.min(1, Math.max(0, share))));
    const raw = 2 * Math.sqrt(starts) * (angle((complete + 0.375) / (starts + 0.75)) - angle(rate));
    this.#raw = raw;
    return { rate, score: raw / this.#spread };
  }

  add(complete: number, starts: number): void {
    if (starts > 0 && this.#raw !== 0) {
      this.#scores.push(Math.abs(this.#raw));
      if (this.#scores.length > this.most) this.#scores.shift();
      this.#added += 1;
      // Once a day will do.
      if (this.#added % Math.max(1, Math.round(this.most / RATE_DAYS)) === 0) {
        const sorted = [...this.#scores].sort((a, b) => a - b);
        this.#spread = Math.max(1, 1.4826 * (sorted[Math.floor(sorted.length / 2)] ?? 0));
      }
    }
    this.#raw = 0;
    this.#last.push({ complete, starts });
    this.#complete += complete;
    this.#starts += starts;
    const oldest = this.#last.length > this.most ? this.#last.shift() : undefined;
    if (oldest !== undefined) {
      this.#complete -= oldest.complete;
      this.#starts -= oldest.starts;
    }
  }
}
