// How many complete responses came when: from the ledgers' quarter-hours, so right with the reply to a submit, in any time zone.
import { assertCan, type ServiceContext } from "../shared/context";
import { InvalidError } from "../shared/errors";
import { decodeCursor, encodeCursor } from "../shared/lists";
import type { ErrorReason } from "../shared/reasons";
import { loadAnalysedForm } from "./form";
import { eachLedger } from "./ledger-reads";
import { type DateRange, type Granularity, spanOf, stepsOf } from "./steps";
import { addDays, addMonths, dateAt } from "./time-zones";
import { assertTimeZone } from "./zone";

export interface TimeseriesInput {
  formId: string;
  granularity: Granularity;
  startDate?: string;
  endDate?: string;
  timezone: string;
  limit: number;
  cursor?: string;
}

export interface Timeseries {
  granularity: Granularity;
  timezone: string;
  points: { timestamp: number; count: number }[];
  /** Of the whole range, whatever the page. */
  total: number;
  nextCursor: string | null;
}

const DEFAULT_DAYS = 90;
const MAX_HOUR_DAYS = 90;
const MAX_DAY_YEARS = 5;
const EARLIEST = "1900-01-01";
const LATEST = "2199-12-31";

export async function getTimeseries(ctx: ServiceContext, input: TimeseriesInput): Promise<Timeseries> {
  assertCan(ctx, "read");
  assertTimeZone(input.timezone);
  const { granularity, timezone } = input;
  const range = rangeOf(input, ctx.now());
  const [after = null] = decodeCursor(input.cursor, 1)?.map(Number) ?? [];
  const { from, to } = spanOf(range);
  if (after !== null && !(after >= from - MAX_STEP_MS && after < to))
    throw refuse("cursor", "bad_cursor", "This cursor belongs to another range.");
  const form = await loadAnalysedForm(ctx, input.formId);
  const { starts, bounds, next } = stepsOf(granularity, range, input.limit, after);
  const parts = await Promise.all(eachLedger(ctx.env, form).map((ledger) => ledger.countsBetween(bounds, from, to)));
  return {
    granularity,
    timezone,
    points: starts.map((timestamp, i) => ({ timestamp, count: parts.reduce((sum, { counts }) => sum + (counts[i] ?? 0), 0) })),
    total: parts.reduce((sum, { total }) => sum + total, 0),
    nextCursor: next === null ? null : encodeCursor([next]),
  };
}

// A month that the range begins within is called by its first day.
const MAX_STEP_MS = 32 * 86_400_000;

function rangeOf({ granularity, startDate, endDate, timezone }: TimeseriesInput, now: number): DateRange {
  for (const [path, date] of Object.entries({ start_date: startDate, end_date: endDate })) {
    if (date !== undefined && (date < EARLIEST || date > LATEST))
      throw refuse(path, "out_of_range", `Use a date from ${EARLIEST} to ${LATEST}.`);
  }
  const end = endDate ?? dateAt(now, timezone);
  const start = startDate ?? addDays(end, 1 - DEFAULT_DAYS);
  if (start > end) throw refuse("end_date", "reversed_range", "The range ends before it begins.");
  if (granularity === "hour" && addDays(start, MAX_HOUR_DAYS) < end)
    throw refuse("start_date", "range_too_long", `By the hour a range has at most ${MAX_HOUR_DAYS} days.`);
  if (granularity === "day" && addMonths(start, 12 * MAX_DAY_YEARS) < end)
    throw refuse("start_date", "range_too_long", `By the day a range has at most ${MAX_DAY_YEARS} years.`);
  return { startDate: start, endDate: end, zone: timezone };
}

function refuse(path: string, code: ErrorReason, message: string): InvalidError {
  return new InvalidError(message, [{ path, message, code }], code);
}
