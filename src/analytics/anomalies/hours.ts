// The hours of a form as detectors need them: by its own calendar, from its ledgers' quarter-hours, right up to now.
import { type FormSettings, getPublishedInAnyState, whyNotOpen } from "../../forms";
import type { ServiceContext } from "../../shared/context";
import { eachLedger } from "../ledger-reads";
import { addDays, dateAt, hoursOfDate, offsetAt, startOfDate } from "../time-zones";
import { DEFAULT_ZONE } from "../zone";
import type { Windows } from "./baseline";

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;

export interface Hours {
  zone: string;
  firstDate: string;
  /** By the wall clock: twenty-four to a day, also where clocks change. */
  complete: number[];
  starts: number[];
}

export interface WatchedForm {
  formId: string;
  settings: FormSettings | undefined;
  zone: string;
  /** Whoever closes a form expects nobody: its silence is nothing odd. */
  takesAnswers: boolean;
}

export async function watchedForm(ctx: ServiceContext, formId: string): Promise<WatchedForm> {
  const { schema, status } = await getPublishedInAnyState(ctx, formId);
  const { settings } = schema;
  const takesAnswers = status === "published" && whyNotOpen(settings, ctx.now()) === null;
  return { formId, settings, zone: settings?.timezone ?? DEFAULT_ZONE, takesAnswers };
}

/** Whole days from the first to the last; what is still to come is zero. */
export async function hoursOf(ctx: ServiceContext, form: WatchedForm, firstDate: string, lastDate: string): Promise<Hours> {
  const { zone } = form;
  const bounds: number[] = [];
  /** Which hour of which day each step belongs to. */
  const places: number[] = [];
  let days = 0;
  for (let date = firstDate; date <= lastDate; date = addDays(date, 1), days++) {
    const midnight = Date.parse(`${date}T00:00:00Z`);
    for (const start of hoursOfDate(date, zone)) {
      const hour = Math.floor((start + offsetAt(start, zone) - midnight) / HOUR_MS);
      bounds.push(start);
      places.push(days * DAY_HOURS + Math.min(DAY_HOURS - 1, Math.max(0, hour)));
    }
  }
  bounds.push(startOfDate(addDays(lastDate, 1), zone));
  const parts = await Promise.all(eachLedger(ctx.env, form).map((ledger) => ledger.bucketsBetween(bounds)));
  const added = (of: "complete" | "starts") => {
    const hours: number[] = Array(days * DAY_HOURS).fill(0);
    for (const part of parts) for (const [i, place] of places.entries()) hours[place] = (hours[place] ?? 0) + (part[of][i] ?? 0);
    return hours;
  };
  return { zone, firstDate, complete: added("complete"), starts: added("starts") };
}

/** Hours gathered to windows, of which the last may be the one that is open at `now`. */
export function windowsOf(hours: Hours, length: number, now: number): { windows: Windows; lastIsOpen: boolean } {
  const open = Math.floor(hourIndex(hours, now) / length);
  const whole = hours.complete.length / length;
  const count = Math.min(whole, open + 1);
  const gather = (values: readonly number[]) =>
    Array.from({ length: count }, (_, i) => values.slice(i * length, (i + 1) * length).reduce((sum, value) => sum + value, 0));
  const weekday = new Date(`${hours.firstDate}T00:00:00Z`).getUTCDay();
  const windows = {
    hours: length,
    firstSlot: (weekday * DAY_HOURS) / length,
    complete: gather(hours.complete),
    starts: gather(hours.starts),
  };
  return { windows, lastIsOpen: open < whole };
}

/** Days since the first, in hours of the wall clock. */
export function hourIndex({ firstDate, zone }: Hours, now: number): number {
  return (now + offsetAt(now, zone) - Date.parse(`${firstDate}T00:00:00Z`)) / HOUR_MS;
}

export function dateOfHour({ firstDate }: Hours, hour: number): string {
  return addDays(firstDate, Math.floor(hour / DAY_HOURS));
}

/** The instant at which that hour of the wall clock begins. */
export function instantOfHour({ firstDate, zone }: Hours, hour: number): number {
  const date = addDays(firstDate, Math.floor(hour / DAY_HOURS));
  const starts = hoursOfDate(date, zone);
  const wanted = hour % DAY_HOURS;
  const midnight = Date.parse(`${date}T00:00:00Z`);
  return starts.find((start) => start + offsetAt(start, zone) - midnight >= wanted * HOUR_MS) ?? startOfDate(addDays(date, 1), zone);
}

export function todayAt(now: number, zone: string): string {
  return dateAt(now, zone);
}
