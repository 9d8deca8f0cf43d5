// Which days a question is about: the last ninety when it does not say.
import { InvalidError } from "../shared/errors";
import type { ErrorReason } from "../shared/reasons";
import { addDays, addMonths, dateAt } from "./time-zones";
import { DEFAULT_ZONE } from "./zone";

export interface DayRange {
  startDate: string;
  /** Included. */
  endDate: string;
}

const DEFAULT_DAYS = 90;
const EARLIEST = "1900-01-01";
const LATEST = "2199-12-31";

export function dayRange(
  input: { startDate?: string; endDate?: string },
  now: number,
  { months = 60, zone = DEFAULT_ZONE }: { months?: number; zone?: string } = {},
): DayRange {
  for (const [path, date] of Object.entries({ start_date: input.startDate, end_date: input.endDate })) {
    if (date !== undefined && (date < EARLIEST || date > LATEST))
      throw refuse(path, "out_of_range", `Use a date from ${EARLIEST} to ${LATEST}.`);
  }
  const endDate = input.endDate ?? dateAt(now, zone);
  const startDate = input.startDate ?? addDays(endDate, 1 - DEFAULT_DAYS);
  if (startDate > endDate) throw refuse("end_date", "reversed_range", "The range ends before it begins.");
  if (addMonths(startDate, months) < endDate) throw refuse("start_date", "range_too_long", `A range has at most ${months} months.`);
  return { startDate, endDate };
}

function refuse(path: string, code: ErrorReason, message: string): InvalidError {
  return new InvalidError(message, [{ path, message, code }], code);
}
