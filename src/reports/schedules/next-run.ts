// pure. When a schedule is due next. Where clocks are put forward over its time it runs as much later; where they show its time
// twice it runs the first time, unless it runs every hour anyway.
import { DAY, fromWall, offsetAt, shownAs, type Wall, wallAt, wallOfShown } from "../../shared/wall-clock";
import { type Cron, parseCron } from "./cron-expression";

export const FREQUENCIES = ["daily", "weekly", "monthly", "cron"] as const;
export type Frequency = (typeof FREQUENCIES)[number];

export interface Timing {
  frequency: Frequency;
  /** `HH:MM` on a clock there; not for cron. */
  at: string;
  /** 1 is Monday, 7 is Sunday. */
  weekday: number | null;
  /** 1 to 31, or 0 for the last. A month that has no such day runs on its last. */
  day: number | null;
  cron: string | null;
  timezone: string;
}

/** The cron trigger comes this often; anything more frequent could not be kept. */
const LEAST_GAP_MS = 15 * 60_000;
/** 29 February may be eight years away, on a Monday forty. */
const MAX_DAYS = 41 * 366;
const GAPS_LOOKED_AT = 200;

/** The first instant after `after`; null when there is none, as of 30 February. */
export function nextRun(timing: Timing, after: number): number | null {
  const times = timesOf(timing);
  if (times === null) return null;
  // Dates as the calendar there shows them, from the day before: an hour that is repeated at midnight belongs to it.
  const first = Math.floor((after + offsetAt(after, timing.timezone)) / DAY) - 1;
  for (let day = first; day < first + MAX_DAYS; day++) {
    const date = wallOfShown(day * DAY);
    if (!times.isDay(date)) continue;
    const found = instantsOf(times, date, timing.timezone).find((instant) => instant > after);
    if (found !== undefined) return found;
  }
  return null;
}

/** What is wrong with it, in words; null when nothing is. */
export function whyNeverRuns(timing: Timing, now: number): string | null {
  if (timing.frequency === "cron") {
    const parsed = parseCron(timing.cron ?? "");
    if (!parsed.ok) return parsed.message;
  }
  let before = nextRun(timing, now);
  if (before === null) return "It would never run.";
  for (let at = 0; at < GAPS_LOOKED_AT; at++) {
    const next = nextRun(timing, before);
    if (next === null || next - before > 2 * DAY) return null;
    if (next - before < LEAST_GAP_MS) return "It may run every 15 minutes at most.";
    before = next;
  }
  return null;
}

interface Times {
  isDay(date: Wall): boolean;
  clock: readonly { hour: number; minute: number }[];
  everyHour: boolean;
}

function timesOf(timing: Timing): Times | null {
  if (timing.frequency === "cron") {
    const parsed = parseCron(timing.cron ?? "");
    return parsed.ok ? timesOfCron(parsed.cron) : null;
  }
  const clock = [{ hour: Number(timing.at.slice(0, 2)), minute: Number(timing.at.slice(3, 5)) }];
  return { clock, everyHour: false, isDay: dayTest(timing) };
}

function dayTest({ frequency, weekday, day }: Timing): (date: Wall) => boolean {
  if (frequency === "weekly") return (date) => weekdayOf(date) === (weekday ?? 1);
  if (frequency === "monthly") return (date) => date.day === (day === 0 ? lastOf(date) : Math.min(day ?? 1, lastOf(date)));
  return () => true;
}

function timesOfCron(cron: Cron): Times {
  return {
    clock: cron.hours.flatMap((hour) => cron.minutes.map((minute) => ({ hour, minute }))),
    everyHour: cron.everyHour,
    isDay: (date) => {
      if (!cron.months.has(date.month)) return false;
      const day = cron.lastDay ? date.day === lastOf(date) : cron.days.has(date.day);
      const weekday = cron.weekdays.has(weekdayOf(date));
      return cron.eitherDay ? day || weekday : day && weekday;
    },
  };
}

function instantsOf({ clock, everyHour }: Times, date: Wall, zone: string): number[] {
  const found = new Set<number>();
  for (const { hour, minute } of clock) {
    const wall = { ...date, hour, minute };
    if (everyHour) for (const instant of allInstantsOf(wall, zone)) found.add(instant);
    else found.add(fromWall(wall, zone));
  }
  return [...found].sort((a, b) => a - b);
}

/** Both where clocks show it twice, none where they skip it: every hour means every hour that there is. */
function allInstantsOf(wall: Wall, zone: string): number[] {
  const shown = shownAs(wall);
  const offsets = new Set([offsetAt(shown - DAY, zone), offsetAt(shown + DAY, zone)]);
  return [...offsets].map((offset) => shown - offset).filter((instant) => shownAs(wallAt(instant, zone)) === shown);
}

function weekdayOf(date: Wall): number {
  return new Date(shownAs(date)).getUTCDay() || 7;
}

function lastOf({ year, month }: Wall): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
