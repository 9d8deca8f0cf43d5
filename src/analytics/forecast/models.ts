// pure. Ways to carry a daily series on for a week. Each gets complete days, oldest first, already without what would mislead it.

export const WEEK = 7;
/** Today, which is not over and so is not known, and the seven days after it. */
export const AHEAD = WEEK + 1;

export const MODEL_KINDS = [
  "average",
  "seasonal_naive",
  "weekday_average",
  "weekday_level",
  "recent_level",
  "weekday_regression",
  "mstl_ets",
] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];

export interface Fitted {
  /** Today, the day after the last, and the seven days after that. */
  next: readonly number[];
  /** What it says of the days it was given; worked out only when asked. */
  fitted(): readonly number[];
}

export interface Candidate {
  kind: ModelKind;
  leastDays: number;
  fit(values: readonly number[]): Fitted;
}

/** As a week ago: what every other one has to beat. */
export const seasonalNaive: Candidate = {
  kind: "seasonal_naive",
  leastDays: 2 * WEEK,
  fit: (values) => ({
    next: Array.from({ length: AHEAD }, (_, h) => values[values.length - WEEK + (h % WEEK)] ?? 0),
    fitted: () => values.map((value, i) => values[i - WEEK] ?? value),
  }),
};

/** The same weekday of the last weeks, the newer the weightier. */
export function weekdayAverage(decay: number, weeks: number): Candidate {
  const at = (values: readonly number[], day: number): number => {
    let sum = 0;
    let weights = 0;
    for (let week = 1; week <= weeks; week++) {
      const value = values[day - week * WEEK];
      // Eight days ahead, the week before is today.
      if (value === undefined && day - week * WEEK >= 0) continue;
      if (value === undefined) break;
      const weight = decay ** (week - 1);
      sum += weight * value;
      weights += weight;
    }
    return weights === 0 ? (values[day] ?? 0) : sum / weights;
  };
  return {
    kind: "weekday_average",
    leastDays: 2 * WEEK,
    fit: (values) => ({
      next: Array.from({ length: AHEAD }, (_, h) => at(values, values.length + h)),
      fitted: () => values.map((_, day) => at(values, day)),
    }),
  };
}

/**
 * The shape of the last weeks at the level of the last days: for a form whose level wanders. The more a day makes forget of those before
 * it, the sooner a level is followed, and the more of its noise.
 */
export function weekdayLevel(kind: "weekday_level" | "recent_level", weeks: number, forget: number): Candidate {
  return {
    kind,
    leastDays: 3 * WEEK,
    fit: (values) => {
      const recent = values.slice(-weeks * WEEK);
      const all = recent.reduce((sum, value) => sum + value, 0) / Math.max(1, recent.length);
      const shape = Array.from({ length: WEEK }, (_, weekday) => {
        const same = recent.filter((_, i) => (values.length - recent.length + i) % WEEK === weekday);
        // A few days more of the mean keep a weekday that is seldom seen from counting as one on which nobody ever comes.
        return all === 0 ? 1 : (same.reduce((sum, value) => sum + value, 0) + SHRINK) / (same.length * all + SHRINK);
      });
      const levels: number[] = [];
      let level = all;
      for (const [day, value] of values.entries()) {
        levels.push(level);
        const factor = shape[day % WEEK] ?? 1;
        // A day weighs as much as it can tell: on a quiet weekday one more or less says little about the level.
        level += forget * (value - factor * level);
      }
      return {
        next: Array.from({ length: AHEAD }, (_, h) => level * (shape[(values.length + h) % WEEK] ?? 1)),
        fitted: () => levels.map((at, day) => at * (shape[day % WEEK] ?? 1)),
      };
    },
  };
}

const SHRINK = 0.5;

/** A level for each weekday and a straight line through all of them, by least squares; the past fades. */
export function weekdayRegression(halfLifeDays: number): Candidate {
  return {
    kind: "weekday_regression",
    leastDays: 3 * WEEK,
    fit: (values) => {
      const n = values.length;
      // Column 7 is time in weeks, zero at the last day, so that the ridge pulls the line flat and leaves the level alone.
      const row = (day: number) =>
        Array.from({ length: WEEK + 1 }, (_, j) => (j === WEEK ? (day - n + 1) / WEEK : j === day % WEEK ? 1 : 0));
      const size = WEEK + 1;
      const level = values.reduce((sum, value) => sum + value, 0) / Math.max(1, n);
      const matrix = Array.from({ length: size }, () => new Array<number>(size + 1).fill(0));
      for (const [day, value] of values.entries()) {
        const weight = 0.5 ** ((n - 1 - day) / halfLifeDays);
        const x = row(day);
        for (let i = 0; i < size; i++) {
          const line = matrix[i] ?? [];
          for (let j = 0; j < size; j++) line[j] = (line[j] ?? 0) + weight * (x[i] ?? 0) * (x[j] ?? 0);
          line[size] = (line[size] ?? 0) + weight * (x[i] ?? 0) * value;
        }
      }
      for (let i = 0; i < size; i++) {
        const line = matrix[i] ?? [];
        line[i] = (line[i] ?? 0) + (i === WEEK ? RIDGE_TREND / Math.max(level, 0.01) : RIDGE_LEVEL);
      }
      const beta = solve(matrix);
      const at = (day: number) => row(day).reduce((sum, x, j) => sum + x * (beta[j] ?? 0), 0);
      return { next: Array.from({ length: AHEAD }, (_, h) => at(n + h)), fitted: () => values.map((_, day) => at(day)) };
    },
  };
}

const RIDGE_LEVEL = 1e-6;
/** Noise of counting over a slope of 5 % a week: a line through a handful of responses stays flat, through thousands it is free. */
const RIDGE_TREND = 400;

/** Gauss with pivots; the matrix carries the right side as its last column. */
function solve(matrix: number[][]): number[] {
  const n = matrix.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++) if (Math.abs(matrix[i]?.[column] ?? 0) > Math.abs(matrix[pivot]?.[column] ?? 0)) pivot = i;
    const line = matrix[pivot] ?? [];
    matrix[pivot] = matrix[column] ?? [];
    matrix[column] = line;
    const head = line[column] ?? 0;
    if (head === 0) continue;
    for (let i = 0; i < n; i++) {
      const other = matrix[i];
      if (i === column || other === undefined) continue;
      const factor = (other[column] ?? 0) / head;
      if (factor !== 0) for (let j = column; j <= n; j++) other[j] = (other[j] ?? 0) - factor * (line[j] ?? 0);
    }
  }
  return matrix.map((line, i) => (line[i] === 0 || line[i] === undefined ? 0 : (line[n] ?? 0) / line[i]));
}
