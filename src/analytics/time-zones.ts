// pure. Calendars and wall clocks of any time zone, as instants. What a zone is, the platform knows; what a day or an hour is when
// clocks are put forward or back is said here: it begins at the first instant that shows it and ends where the next one begins.
import { offsetAt as aheadAt, DAY, HOUR, isTimeZone, MINUTE } from "../shared/wall-clock";

const QUARTER = 15 * MINUTE;

/** How far clocks there are ahead of UTC at that instant, in milliseconds. */
export function offsetAt(instant: number, zone: string): number {
  if (!isTimeZone(zone)) throw new RangeError(`There is no time zone ${zone}`);
  return aheadAt(instant, zone);
}

/** `YYYY-MM-DD` on a calendar there. */
export function dateAt(instant: number, zone: string): string {
  return dateOf(instant + offsetAt(instant, zone));
}

/** The first instant of that date there. Of a date that the zone left out altogether: where the next one begins. */
export function startOfDate(date: string, zone: string): number {
  const shown = Date.parse(`${date}T00:00:00Z`);
  const offsets = [offsetAt(shown - DAY, zone), offsetAt(shown + DAY, zone)];
  const instants = offsets.map((offset) => shown - offset).filter((instant) => instant + offsetAt(instant, zone) === shown);
  if (instants.length > 0) return Math.min(...instants);
  // Clocks were put forward over midnight: the day begins at that moment. Between these two they show first less, then more.
  let before = shown - Math.max(...offsets) - 1;
  let after = shown - Math.min(...offsets);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (middle + offsetAt(middle, zone) >= shown) after = middle;
    else before = middle;
  }
  return after;
}

/**
 * Where the hours of that date begin: 24 of them, 23 or 25 on days when clocks change by an hour. A repeated hour is two; where
 * clocks change by half an hour, the odd half is one of its own.
 */
export function hoursOfDate(date: string, zone: string): number[] {
  const from = startOfDate(date, zone);
  const to = startOfDate(addDays(date, 1), zone);
  const offset = offsetAt(from, zone);
  const starts: number[] = [];
  if (offset === offsetAt(to - 1, zone)) {
    // A day that began late by a change at midnight has a first hour cut short only if the change was by half an hour.
    for (let at = from; at < to; at = at + HOUR - mod(at + offset, HOUR)) starts.push(at);
    return starts;
  }
  let previous = "";
  for (let at = from; at < to; at += QUARTER) {
    const ahead = offsetAt(at, zone);
    const shown = `${Math.floor((at + ahead) / HOUR)} ${ahead}`;
    if (shown !== previous) starts.push(at);
    previous = shown;
  }
  return starts;
}

export function addDays(date: string, days: number): string {
  return dateOf(Date.parse(`${date}T00:00:00Z`) + days * DAY);
}

/** A month on, the day is kept where that month has it, else its last day. */
export function addMonths(date: string, months: number): string {
  const target = new Date(`${firstOfMonth(date)}T00:00:00Z`);
  target.setUTCMonth(target.getUTCMonth() + months);
  const last = new Date(target);
  last.setUTCMonth(last.getUTCMonth() + 1, 0);
  target.setUTCDate(Math.min(Number(date.slice(8)), last.getUTCDate()));
  return dateOf(target.getTime());
}

export function firstOfMonth(date: string): string {
  return `${date.slice(0, 8)}01`;
}

function dateOf(shown: number): string {
  return new Date(shown).toISOString().slice(0, 10);
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
