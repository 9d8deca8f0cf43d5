// pure. The steps of a time series: from a range of dates to the instants between which is counted.
import { addDays, addMonths, dateAt, firstOfMonth, hoursOfDate, startOfDate } from "./time-zones";

export const GRANULARITIES = ["hour", "day", "month"] as const;
export type Granularity = (typeof GRANULARITIES)[number];

export interface Steps {
  /** What each step is called: its first instant, also when the range begins later within it. */
  starts: number[];
  /** Where each begins to count, and after them where the last one ends: one more than `starts`. */
  bounds: number[];
  /** The first instant of the step after these; null when the range is at its end. */
  next: number | null;
}

export interface DateRange {
  startDate: string;
  /** Included. */
  endDate: string;
  zone: string;
}

export function spanOf({ startDate, endDate, zone }: DateRange): { from: number; to: number } {
  return { from: startOfDate(startDate, zone), to: startOfDate(addDays(endDate, 1), zone) };
}

/** At most `limit` steps, the first one at `after` or at the beginning of the range. */
export function stepsOf(granularity: Granularity, range: DateRange, limit: number, after: number | null): Steps {
  const { from, to } = spanOf(range);
  const starts: number[] = [];
  for (const start of generate(granularity, range, Math.max(from, after ?? from))) {
    if (start >= to || starts.length > limit) break;
    if (after === null || start >= after) starts.push(start);
  }
  const more = starts.length > limit ? (starts.pop() ?? null) : null;
  const bounds = [...starts.map((start) => Math.max(start, from)), more ?? to];
  return { starts, bounds: starts.length === 0 ? [] : bounds, next: more };
}

function* generate(granularity: Granularity, { startDate, zone }: DateRange, at: number): Generator<number> {
  const first = dateAt(at, zone);
  let date = first < startDate ? startDate : first;
  if (granularity === "month") date = firstOfMonth(date);
  for (let previous = Number.NEGATIVE_INFINITY; ; ) {
    for (const start of granularity === "hour" ? hoursOfDate(date, zone) : [startOfDate(date, zone)]) {
      // A date that a zone left out begins where the next one does: it is not a step.
      if (start > previous) yield start;
      previous = Math.max(previous, start);
    }
    date = granularity === "month" ? addMonths(date, 1) : addDays(date, 1);
  }
}
