// pure. Windows that move with the clock: "last week" of a run is the week before the one it is planned for, there.
import { DAY, fromWall, type Wall, wallAt } from "../../shared/wall-clock";

export const WINDOWS = [
  "today",
  "yesterday",
  "this_week",
  "last_week",
  "this_month",
  "last_month",
  "this_quarter",
  "last_quarter",
  "this_year",
  "last_year",
  "last_24_hours",
  "last_7_days",
  "last_30_days",
  "last_90_days",
  "since_last_run",
] as const;
export type WindowName = (typeof WINDOWS)[number];

export interface Span {
  from: number;
  /** Not included. */
  to: number;
}

export function isWindow(name: unknown): name is WindowName {
  return WINDOWS.some((window) => window === name);
}

/** `before`: when it ran last; a first run looks back one day. Days and weeks are those of a calendar there. */
export function spanOf(name: WindowName, at: number, zone: string, before: number | null): Span {
  const today = { ...wallAt(at, zone), hour: 0, minute: 0, second: 0, millisecond: 0 };
  const days = (count: number) => ({ ...today, day: today.day + count });
  const monday = 1 - (new Date(Date.UTC(today.year, today.month - 1, today.day)).getUTCDay() || 7);
  const month = (count: number): Wall => ({ ...today, day: 1, month: today.month + count });
  const quarter = (count: number): Wall => ({ ...today, day: 1, month: today.month - ((today.month - 1) % 3) + count * 3 });
  const year = (count: number): Wall => ({ ...today, day: 1, month: 1, year: today.year + count });
  const between = (from: Wall, to: Wall): Span => ({ from: fromWall(from, zone), to: fromWall(to, zone) });
  switch (name) {
    case "today":
      return between(days(0), days(1));
    case "yesterday":
      return between(days(-1), days(0));
    case "this_week":
      return between(days(monday), days(monday + 7));
    case "last_week":
      return between(days(monday - 7), days(monday));
    case "this_month":
      return between(month(0), month(1));
    case "last_month":
      return between(month(-1), month(0));
    case "this_quarter":
      return between(quarter(0), quarter(1));
    case "last_quarter":
      return between(quarter(-1), quarter(0));
    case "this_year":
      return between(year(0), year(1));
    case "last_year":
      return between(year(-1), year(0));
    case "last_7_days":
      return between(days(-7), days(0));
    case "last_30_days":
      return between(days(-30), days(0));
    case "last_90_days":
      return between(days(-90), days(0));
    case "last_24_hours":
      return { from: at - DAY, to: at };
    case "since_last_run":
      return { from: before ?? at - DAY, to: at };
  }
}
