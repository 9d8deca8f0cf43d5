// pure. Dates and times; where a clock on a wall matters, the evaluation's time zone says which wall.
import { dayOfYear, formatMoment, isoWeek, monthName, weekdayName, weekdayOf } from "../date-format";
import type { Run, Value } from "../run";
import {
  DAY,
  dateIn,
  dateText,
  fromWall,
  HOUR,
  instantOf,
  instantText,
  isDate,
  isMomentText,
  MINUTE,
  SECOND,
  shownAs,
  type Wall,
  wallOf,
  wallOfShown,
} from "../time";
import { BOOLEAN, DATE, DATETIME, NUMBER, TEXT, type Type } from "../types";
import { definer, type FunctionDefinition } from "./define";
import { readUnit, type Unit } from "./units";

const FIXED: Partial<Record<Unit, number>> = { week: 7 * DAY, day: DAY, hour: HOUR, minute: MINUTE, second: SECOND };
const sameKind = ([moment]: readonly Type[]): Type => (moment?.kind === "datetime" ? DATETIME : moment?.kind === "date" ? DATE : DATETIME);

export function dateFunctions(into: Map<string, FunctionDefinition>): void {
  const fn = definer("date", into);
  const some = definer("date", into, true);
  const part = (name: string, about: string, of: (wall: Wall) => number) =>
    fn(name, "value: moment, zone?: zone", NUMBER, about, (run: Run, value: string, zone = run.timezone) => {
      const wall = wallOf(value, zone);
      return wall === null ? null : of(wall);
    });

  fn("now", "", DATETIME, "This moment.", (run) => instantText(run.now));
  fn("today", "zone?: zone", DATE, "Today's date.", (run, zone = run.timezone) => dateIn(instantText(run.now) ?? "", zone));
  some(
    "date",
    "value: any, zone?: zone",
    DATE,
    "As a date: of text that reads as one, or of a date with time.",
    (run, value: Value, zone = run.timezone) => (typeof value === "string" ? dateIn(value.trim(), zone) : null),
  );
  some("datetime", "value: any, zone?: zone", DATETIME, "As a date with time.", (run, value: Value, zone = run.timezone) => {
    const instant = typeof value === "string" ? instantOf(value.trim(), zone) : null;
    return instant === null ? null : instantText(instant);
  });
  fn(
    "date_format",
    "value: moment, pattern: pattern, zone?: zone",
    TEXT,
    "Written as you like: `%Y-%m-%d %H:%M`.",
    (run, value, pattern, zone = run.timezone) => formatMoment(value, pattern, zone),
  );
  fn(
    "date_add",
    "value: moment, count: number, unit?: unit",
    sameKind,
    "So much later; `unit` is a day unless you say.",
    (run, value, count, unit) => moved(run, value, count, unit),
  );
  fn("date_subtract", "value: moment, count: number, unit?: unit", sameKind, "So much earlier.", (run, value, count, unit) =>
    moved(run, value, -count, unit),
  );
  fn("date_diff", "from: moment, to: moment, unit?: unit", NUMBER, "How many whole units (days) from the one to the other.", difference);
  fn("days_between", "from: moment, to: moment", NUMBER, "How many days on the calendar.", (run, from: string, to: string) =>
    difference(run, from, to, "day"),
  );
  fn("start_of", "value: moment, unit: unit", sameKind, "Where its day, week, month, quarter or year begins.", (run, value, unit) =>
    startOf(run, value, unit, 0),
  );
  fn("end_of", "value: moment, unit: unit", sameKind, "Where its day, week, month, quarter or year ends.", (run, value, unit) => {
    const next = startOf(run, value, unit, 1);
    return next === null ? null : isDate(next) ? moved(run, next, -1, "day") : instantText((instantOf(next, run.timezone) ?? 0) - 1);
  });
  part("year", "Its year.", ({ year }) => year);
  part("quarter", "Its quarter, 1 to 4.", ({ month }) => Math.ceil(month / 3));
  part("month", "Its month, 1 to 12.", ({ month }) => month);
  part("week", "Its week as ISO 8601 counts, 1 to 53.", (wall) => isoWeek(wall).week);
  part("day", "Its day of the month.", ({ day }) => day);
  part("day_of_year", "Its day of the year, from 1.", dayOfYear);
  part("weekday", "1 is Monday, 7 is Sunday.", weekdayOf);
  part("hour", "Its hour.", ({ hour }) => hour);
  part("minute", "Its minute.", ({ minute }) => minute);
  part("second", "Its second.", ({ second }) => second);
  fn("month_name", "value: moment, zone?: zone", TEXT, "January to December.", (run, value, zone = run.timezone) =>
    monthName(wallOf(value, zone)?.month ?? 0),
  );
  fn("weekday_name", "value: moment, zone?: zone", TEXT, "Monday to Sunday.", (run, value, zone = run.timezone) => {
    const wall = wallOf(value, zone);
    return wall === null ? null : weekdayName(weekdayOf(wall));
  });
  fn("is_weekend", "value: moment, zone?: zone", BOOLEAN, "Whether it is a Saturday or Sunday.", (run, value, zone = run.timezone) => {
    const wall = wallOf(value, zone);
    return wall === null ? null : weekdayOf(wall) > 5;
  });
  fn("age", "born: moment, on?: moment", NUMBER, "Years lived, today or on a day.", (run, born: string, on?: string) =>
    difference(run, dateIn(born, run.timezone) ?? born, dateIn(on ?? instantText(run.now) ?? "", run.timezone) ?? "", "year"),
  );
  fn("timestamp", "value: moment", NUMBER, "Seconds since 1970.", (run, value: string) => {
    const instant = instantOf(value, run.timezone);
    return instant === null ? null : Math.floor(instant / SECOND);
  });
  fn("from_timestamp", "seconds: number", DATETIME, "The moment so many seconds after 1970.", (_run, seconds: number) =>
    instantText(seconds * SECOND),
  );
  fn("earliest", "...values: moments", sameOfAll, "The first of them.", (run, values: string[]) => extreme(run, values, -1));
  fn("latest", "...values: moments", sameOfAll, "The last of them.", (run, values: string[]) => extreme(run, values, 1));
}

function sameOfAll(types: readonly Type[]): Type {
  const kinds = types.map((type) => (type.kind === "list" ? type.of.kind : type.kind));
  return kinds.length > 0 && kinds.every((kind) => kind === "date") ? DATE : DATETIME;
}

function extreme(run: Run, values: readonly string[], sign: number): Value {
  let best: string | null = null;
  for (const value of values) {
    const [now, before] = [instantOf(value, run.timezone), best === null ? null : instantOf(best, run.timezone)];
    if (now !== null && (before === null || (now - before) * sign > 0)) best = value;
  }
  return best;
}

/** Days and longer move the calendar, so the clock shows the same afterwards; hours and shorter move time itself. */
function moved(run: Run, value: string, count: number, unitText = "day"): string | null {
  const unit = readUnit(unitText);
  if (unit === null || !isMomentText(value) || !Number.isFinite(count)) return null;
  const whole = Math.trunc(count);
  if (isDate(value)) {
    const wall = wallOf(value, run.timezone);
    const fixed = FIXED[unit];
    if (wall === null) return null;
    return fixed !== undefined
      ? dateText(shownAs(wall) + Math.trunc((count * fixed) / DAY) * DAY)
      : dateText(shownAs(months(wall, whole * monthsIn(unit))));
  }
  const instant = instantOf(value, run.timezone);
  if (instant === null) return null;
  if (unit === "hour" || unit === "minute" || unit === "second") return instantText(instant + count * (FIXED[unit] ?? 0));
  const wall = wallOf(value, run.timezone);
  if (wall === null) return null;
  const fixed = FIXED[unit];
  const shown = fixed === undefined ? shownAs(months(wall, whole * monthsIn(unit))) : shownAs(wall) + count * fixed;
  return dateText(shown) === null ? null : instantText(fromWall(wallOfShown(shown), run.timezone));
}

function monthsIn(unit: Unit): number {
  return unit === "year" ? 12 : unit === "quarter" ? 3 : 1;
}

/** A month on, the day is kept where that month has it, else its last day. */
function months(wall: Wall, count: number): Wall {
  const at = wall.year * 12 + wall.month - 1 + count;
  const year = Math.floor(at / 12);
  const month = at - year * 12 + 1;
  const last = new Date(Date.UTC(2000 + (((year % 400) + 400) % 400), month, 0)).getUTCDate();
  return { ...wall, year, month, day: Math.min(wall.day, last) };
}

function difference(run: Run, from: string, to: string, unitText = "day"): number | null {
  const unit = readUnit(unitText);
  const [a, b] = [wallOf(from, run.timezone), wallOf(to, run.timezone)];
  const [start, end] = [instantOf(from, run.timezone), instantOf(to, run.timezone)];
  if (unit === null || a === null || b === null || start === null || end === null) return null;
  const fixed = FIXED[unit];
  if (fixed === undefined) return Math.trunc(monthsBetween(a, b) / monthsIn(unit));
  if (fixed < DAY) return Math.trunc((end - start) / fixed);
  return Math.trunc((Math.floor(shownAs(b) / DAY) - Math.floor(shownAs(a) / DAY)) / (fixed / DAY));
}

function monthsBetween(a: Wall, b: Wall): number {
  if (shownAs(b) < shownAs(a)) return -monthsBetween(b, a);
  const count = (b.year - a.year) * 12 + b.month - a.month;
  return shownAs(months(a, count)) > shownAs(b) ? count - 1 : count;
}

function startOf(run: Run, value: string, unitText: string, plus: number): string | null {
  const unit = readUnit(unitText);
  const wall = wallOf(value, run.timezone);
  if (unit === null || wall === null) return null;
  const date = { ...wall, hour: 0, minute: 0, second: 0, millisecond: 0 };
  const start = (): Wall => {
    switch (unit) {
      case "year":
        return { ...date, month: 1, day: 1, year: date.year + plus };
      case "quarter":
        return months({ ...date, month: Math.floor((date.month - 1) / 3) * 3 + 1, day: 1 }, plus * 3);
      case "month":
        return months({ ...date, day: 1 }, plus);
      case "week":
        return { ...date, day: date.day - weekdayOf(date) + 1 + plus * 7 };
      case "day":
        return { ...date, day: date.day + plus };
      case "hour":
        return { ...date, hour: wall.hour + plus };
      case "minute":
        return { ...date, hour: wall.hour, minute: wall.minute + plus };
      default:
        return { ...wall, millisecond: 0, second: wall.second + plus };
    }
  };
  if (isDate(value)) return dateText(shownAs(start()));
  const shown = shownAs(start());
  return dateText(shown) === null ? null : instantText(fromWall(wallOfShown(shown), run.timezone));
}
