// pure. Which hour, day, week or month an instant lies in, on the clocks of a time zone.
import { addDays, dateAt, firstOfMonth, offsetAt } from "../time-zones";
import type { Bucket } from "./types";

const HOUR = 3_600_000;
const QUARTER = HOUR / 4;

/** An hour by the instant it begins; a day, a week (by its Monday) or a month (by its first) as `YYYY-MM-DD`. */
export function bucketOf(instant: number, by: Bucket, zone: string): string | number {
  return by === "hour" ? startOfHour(instant, zone) : dateBucket(dateAt(instant, zone), by);
}

export function dateBucket(date: string, by: Exclude<Bucket, "hour">): string {
  if (by === "month") return firstOfMonth(date);
  return by === "week" ? mondayOf(date) : date;
}

/** An hour ends where the clock is changed within it: what it shows afterwards is an hour of its own. */
export function startOfHour(instant: number, zone: string): number {
  const offset = offsetAt(instant, zone);
  const start = instant - mod(instant + offset, HOUR);
  if (offsetAt(start, zone) === offset) return start;
  for (let at = instant - mod(instant, QUARTER); at > start; at -= QUARTER) if (offsetAt(at - 1, zone) !== offset) return at;
  return start;
}

function mondayOf(date: string): string {
  return addDays(date, -((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7));
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
