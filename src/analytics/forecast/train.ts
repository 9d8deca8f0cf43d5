// pure. Which way to forecast suits this form, and how far off it has been: each candidate is asked at many days of the past what
// comes next, knowing nothing later (rolling origin). The best one is kept, with the next best beside it.
import { type Miss, type Width, widthOf } from "./calibrate";
import { AHEAD, type Candidate, type ModelKind, seasonalNaive, WEEK, weekdayAverage, weekdayLevel, weekdayRegression } from "./models";
import { mean, steady } from "./steady";

/** What a fit looks back on. */
export const WINDOW_DAYS = 90;
/** What a training reads: the oldest of its origins has a window of its own to look back on. */
export const TRAINING_DAYS = 180;
export const LEAST_DAYS = 30;
const ORIGINS_DAYS = 91;
const CHOICE_STEP = 4;
const LEAST_PAST = 3 * WEEK;

export interface Trained {
  kind: ModelKind;
  /** The next best, where it is nearly as good: then the forecast is the mean of both, whose errors partly cancel. */
  beside: ModelKind | null;
  /** How many complete days it was trained on. */
  days: number;
  r2: number | null;
  mae: number;
  rmse: number;
  /** Of a week's total: the mean of how far it was off, as a share of what came. */
  backtestError: number | null;
  daily: Width;
  weekly: Width;
}

export interface DayForecast {
  predicted: number;
  lower: number;
  upper: number;
}

export const CANDIDATES: readonly Candidate[] = [
  seasonalNaive,
  weekdayAverage(0.8, 8),
  weekdayLevel("weekday_level", 8, 0.12),
  weekdayLevel("recent_level", 8, 0.4),
  weekdayRegression(28),
];
/** Off by so many times as much as the best one, another still adds to it. */
const NEARLY = 1.15;

/** Complete days, oldest first; the last of them is yesterday. */
export function train(history: readonly number[], candidates: readonly Candidate[] = CANDIDATES): Trained {
  const values = history.slice(-TRAINING_DAYS);
  if (values.length < LEAST_DAYS) return trainAverage(values);
  const pasts = pastsOf(values);
  const some = pasts.filter((_, i) => i % CHOICE_STEP === 0);
  const usable = candidates.filter(({ leastDays }) => (some.at(-1)?.raw.length ?? 0) >= leastDays);
  const ranked = usable
    .map((candidate) => ({ candidate, cost: costOfTrying(some, candidate) }))
    .filter(({ cost }) => Number.isFinite(cost))
    .sort((a, b) => a.cost - b.cost);
  const [best = { candidate: seasonalNaive, cost: 0 }, next] = ranked;
  const blend = next !== undefined && next.cost <= NEARLY * best.cost ? [best.candidate, next.candidate] : [best.candidate];
  return describe(values, blend, rollOver(pasts, blend));
}

/** A model that cannot be fitted to this past is not the one to choose. */
function costOfTrying(pasts: readonly Past[], candidate: Candidate): number {
  try {
    return costOf(rollOver(pasts, [candidate]));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** What was known at one day of the past, as it was and made steady, and the week that followed. */
interface Past {
  raw: readonly number[];
  steady: readonly number[];
  week: readonly number[];
}

/** Overlapping weeks ask about the same days again and again: the fewer days there were, the less their worst says of what can come. */
const FEW_DAYS = 2.5;

function widened({ below, above }: Width, by: number): Width {
  return { below: below * by, above: above * by };
}

interface Origin {
  days: Miss[];
}

/** Newest first. */
function pastsOf(values: readonly number[]): Past[] {
  const pasts: Past[] = [];
  const first = Math.max(LEAST_PAST, values.length - ORIGINS_DAYS - AHEAD);
  for (let at = values.length - AHEAD; at >= first; at--) {
    const raw = values.slice(Math.max(0, at - WINDOW_DAYS), at);
    pasts.push({ raw, steady: steady(raw), week: values.slice(at + 1, at + AHEAD) });
  }
  return pasts;
}

function rollOver(pasts: readonly Past[], blend: readonly Candidate[]): Origin[] {
  return pasts.map((past) => {
    const next = weekOf(blend, past);
    return { days: next.map((predicted, h) => ({ predicted, actual: past.week[h] ?? 0 })) };
  });
}

export function predict(values: readonly number[], blend: readonly Candidate[]): number[] {
  const raw = values.slice(-WINDOW_DAYS);
  return weekOf(blend, { raw, steady: steady(raw) });
}

/** The seven days that begin tomorrow, as the mean of what each says; today is nobody's to forecast any more. */
function weekOf(blend: readonly Candidate[], past: Pick<Past, "raw" | "steady">): number[] {
  return meanOf(
    blend.map((candidate) =>
      candidate
        .fit(seenBy(candidate, past))
        .next.slice(1, AHEAD)
        .map((value) => Math.max(0, value)),
    ),
  );
}

/** As last week is as last week was. */
function seenBy(candidate: Candidate, { raw, steady }: Pick<Past, "raw" | "steady">): readonly number[] {
  return candidate === seasonalNaive ? raw : steady;
}

function meanOf(series: readonly (readonly number[])[]): number[] {
  return (series[0] ?? []).map((_, i) => mean(series.map((one) => one[i] ?? 0)));
}

const totalOf = ({ days }: Origin): Miss => ({
  predicted: days.reduce((sum, { predicted }) => sum + predicted, 0),
  actual: days.reduce((sum, { actual }) => sum + actual, 0),
});

/** Days and weeks both count; a miss twice as large is not four times as bad, or one odd day would decide. */
function costOf(origins: readonly Origin[]): number {
  const off = ({ predicted, actual }: Miss) => Math.abs(actual - predicted);
  const daily = mean(origins.flatMap(({ days }) => days.map(off)));
  const weekly = mean(origins.map((origin) => off(totalOf(origin)))) / WEEK;
  return daily + weekly;
}

function describe(values: readonly number[], blend: readonly Candidate[], origins: readonly Origin[]): Trained {
  const misses = origins.flatMap(({ days }) => days);
  const totals = origins.map(totalOf);
  const came = totals.reduce((sum, { actual }) => sum + actual, 0);
  return {
    kind: (blend[0] ?? seasonalNaive).kind,
    beside: blend[1]?.kind ?? null,
    days: values.length,
    ...fitOf(values, blend),
    backtestError: came === 0 ? null : totals.reduce((sum, { predicted, actual }) => sum + Math.abs(actual - predicted), 0) / came,
    daily: widened(widthOf(misses, misses.length), 1 + FEW_DAYS / (origins.length + WEEK)),
    weekly: widthOf(totals, Math.floor(totals.length / WEEK)),
  };
}

/** How well it describes the days that it was fitted to. */
function fitOf(values: readonly number[], blend: readonly Candidate[]): Pick<Trained, "r2" | "mae" | "rmse"> {
  const window = values.slice(-WINDOW_DAYS);
  const past = { raw: window, steady: steady(window) };
  const fitted = meanOf(blend.map((candidate) => candidate.fit(seenBy(candidate, past)).fitted()));
  // The first week of some has nothing before it to be told from.
  return goodness(window.slice(WEEK), fitted.slice(WEEK));
}

function goodness(actual: readonly number[], fitted: readonly number[]): Pick<Trained, "r2" | "mae" | "rmse"> {
  const level = mean(actual);
  const around = actual.reduce((sum, value) => sum + (value - level) ** 2, 0);
  const left = actual.map((value, i) => value - Math.max(0, fitted[i] ?? 0));
  const squares = left.reduce((sum, value) => sum + value * value, 0);
  return {
    r2: around === 0 ? null : 1 - squares / around,
    mae: mean(left.map(Math.abs)),
    rmse: Math.sqrt(squares / Math.max(1, actual.length)),
  };
}

/** Too little to learn a week's shape from: a mean, as wide as the few days and counting itself make it. */
function trainAverage(values: readonly number[]): Trained {
  const level = mean(values);
  const misses = values.map((actual) => ({ predicted: level, actual }));
  const few = widthOf(misses, Math.max(1, values.length - 1));
  const least = 2;
  const daily = { below: Math.max(least, few.below), above: Math.max(least, few.above) };
  // The mean itself is only known to 1/√n, and that is the same for all seven days.
  const shared = Math.sqrt(1 + WEEK / Math.max(1, values.length));
  return {
    kind: "average",
    beside: null,
    days: values.length,
    ...goodness(
      values,
      values.map(() => level),
    ),
    r2: null,
    backtestError: null,
    daily: {
      below: daily.below * Math.sqrt(1 + 1 / Math.max(1, values.length)),
      above: daily.above * Math.sqrt(1 + 1 / Math.max(1, values.length)),
    },
    weekly: { below: daily.below * shared, above: daily.above * shared },
  };
}
