// pure. Answers that are dates and times.
import { DAY, instantShowing, MINUTE, offsetAt, shownAs, type Wall } from "../../shared/wall-clock";
import { isObject, own, type ReadEnv, type Reader, type Reading } from "./read";

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^([01]?\d|2[0-3]):([0-5]\d)(?::00(?:\.0+)?)?$/;
const DATETIME =
  /^(\d{4}-\d{2}-\d{2})[Tt ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?\s*([Zz]|[+-](?:0\d|1[0-4]):?[0-5]\d)?$/;
const RELATIVE = /^today(?:([+-]\d{1,5})([dwmy]))?$/;

/** Whether the calendar has this day: 29 February only in leap years. */
export function isDate(text: unknown): text is string {
  const match = typeof text === "string" ? DATE.exec(text) : null;
  if (match === null) return false;
  const [, year, month, day] = match.map(Number);
  if (!year || !month || !day) return false;
  const date = new Date(shownAs({ year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0 }));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** A limit as a date: itself, or `today`, `today+30d`, `today-18y` counted from now; null when it is neither. */
export function dateLimit(limit: unknown, env: Pick<ReadEnv, "now" | "timezone">): string | null {
  if (isDate(limit)) return limit;
  const match = typeof limit === "string" ? RELATIVE.exec(limit) : null;
  if (match === null) return null;
  const today = dateAt(env.now, env.timezone);
  const [, count = "0", unit = "d"] = match;
  return addToDate(today, Number(count), unit);
}

/** A month or year on, the day of the month is kept where that month has it, else its last day. */
function addToDate(date: string, count: number, unit: string): string {
  if (unit === "d" || unit === "w") return new Date(Date.parse(date) + count * (unit === "w" ? 7 : 1) * DAY).toISOString().slice(0, 10);
  const day = Number(date.slice(8));
  const target = new Date(`${date.slice(0, 8)}01`);
  target.setUTCMonth(target.getUTCMonth() + count * (unit === "y" ? 12 : 1));
  const last = new Date(target);
  last.setUTCMonth(last.getUTCMonth() + 1, 0);
  target.setUTCDate(Math.min(day, last.getUTCDate()));
  return target.toISOString().slice(0, 10);
}

/** `YYYY-MM-DD` on a calendar in that zone. */
function dateAt(instant: number, zone: string): string {
  return new Date(instant + offsetAt(instant, zone)).toISOString().slice(0, 10);
}

function checkDate(date: string, reading: Reading, part?: string): void {
  const min = dateLimit(reading.validation.min, reading.env);
  const max = dateLimit(reading.validation.max, reading.env);
  if (min !== null && date < min) reading.limit("too_early", `Please enter a date on or after ${min}.`, part);
  if (max !== null && date > max) reading.limit("too_late", `Please enter a date on or before ${max}.`, part);
}

const BAD_DATE = "Please enter a date that the calendar has, like 2026-01-31.";

export const readDate: Reader = (raw, _field, reading) => {
  const text = typeof raw === "string" ? raw.trim() : raw;
  if (!isDate(text)) return reading.refuse("bad_date", BAD_DATE);
  checkDate(text, reading);
  return text;
};

export const readTime: Reader = (raw, _field, reading) => {
  const match = typeof raw === "string" ? TIME.exec(raw.trim()) : null;
  if (match === null) return reading.refuse("bad_time", "Please enter a time from 00:00 to 23:59.");
  const time = `${match[1]?.padStart(2, "0")}:${match[2]}`;
  const { min, max } = reading.validation;
  if (typeof min === "string" && time < min) reading.limit("too_early", `Please enter a time from ${min} on.`);
  if (typeof max === "string" && time > max) reading.limit("too_late", `Please enter a time up to ${max}.`);
  return time;
};

const BAD_DATETIME = "Please enter a date and time, like 2026-01-31T09:00.";

export const readDatetime: Reader = (raw, _field, reading) => {
  const match = typeof raw === "string" && raw.length < 60 ? DATETIME.exec(raw.trim()) : null;
  if (match === null) return reading.refuse("bad_datetime", BAD_DATETIME);
  const [, date = "", hour, minute, second = "0", fraction = "", offset] = match;
  if (!isDate(date)) return reading.refuse("bad_date", BAD_DATE);
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  const wall: Wall = {
    year,
    month,
    day,
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    millisecond: Number(fraction.padEnd(3, "0").slice(0, 3)),
  };
  const instant = offset === undefined ? instantShowing(wall, reading.env.timezone) : shownAs(wall) - offsetOf(offset);
  if (instant === null) {
    return reading.refuse(
      "skipped_hour",
      `Please choose another time: clocks go forward then, so ${hour}:${minute} does not exist on ${date}.`,
    );
  }
  const moment = new Date(instant);
  if (moment.getUTCFullYear() < 1 || moment.getUTCFullYear() > 9999) return reading.refuse("bad_datetime", BAD_DATETIME);
  checkDate(dateAt(instant, reading.env.timezone), reading);
  return moment.toISOString();
};

function offsetOf(text: string): number {
  if (/^z$/i.test(text)) return 0;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(text) ?? [];
  return (sign === "-" ? -MINUTE : MINUTE) * (Number(hours) * 60 + Number(minutes));
}

export const readDateRange: Reader = (raw, _field, reading) => {
  if (!isObject(raw)) return reading.refuse("wrong_type", "Please enter a first and a last date.");
  for (const key of Object.keys(raw).slice(0, 10))
    if (key !== "start" && key !== "end") reading.refuse("unknown_field", "A range has only a start and an end.", key);
  const range: { start?: string; end?: string } = {};
  for (const part of ["start", "end"] as const) {
    const date = own(raw, part);
    const text = typeof date === "string" ? date.trim() : date;
    if (text === undefined || text === null || text === "") continue;
    if (!isDate(text)) reading.refuse("bad_date", BAD_DATE, part);
    else {
      checkDate(text, reading, part);
      range[part] = text;
    }
  }
  const { start, end } = range;
  if (start === undefined && end === undefined) return undefined;
  if (reading.problems.length === 0 && !reading.env.partial) {
    if (start === undefined) reading.refuse("required", "Please enter the first date.", "start");
    if (end === undefined) reading.refuse("required", "Please enter the last date.", "end");
  }
  if (start !== undefined && end !== undefined && start > end)
    reading.refuse("reversed", "Please enter a last date that is not before the first.", "end");
  return range;
};
