// A fake clock over two years in five time zones, each day compared with a reckoning that shares nothing with the code: the wall
// clock that the platform itself shows, asked minute by minute or quarter by quarter.
import { describe, expect, it } from "vitest";
import { parseCron } from "../../../src/reports/schedules/cron-expression";
import { nextRun, type Timing, whyNeverRuns } from "../../../src/reports/schedules/next-run";
import { spanOf } from "../../../src/reports/schedules/windows";

const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"];
const FROM = Date.parse("2026-01-01T00:00:00Z");
const TO = Date.parse("2028-01-01T00:00:00Z");

const timing = (more: Partial<Timing>): Timing => ({
  frequency: "daily",
  at: "09:00",
  weekday: null,
  day: null,
  cron: null,
  timezone: "UTC",
  ...more,
});

function* runs(of: Timing, from = FROM, to = TO): Generator<number> {
  for (let at = nextRun(of, from - 1); at !== null && at < to; at = nextRun(of, at)) yield at;
}

function wallIn(zone: string) {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return (instant: number) => format.format(instant);
}

const text = (instant: number | null) => (instant === null ? null : new Date(instant).toISOString());

describe("two years by a fake clock", () => {
  it.each(ZONES)("daily at 09:00 in %s is once on each date, and the wall shows 09:00", (zone) => {
    const wall = wallIn(zone);
    const shown = [...runs(timing({ timezone: zone }))].map(wall);
    expect(shown.every((at) => at.endsWith("09:00"))).toBe(true);
    expect(new Set(shown.map((at) => at.slice(0, 10))).size).toBe(shown.length);
    expect(shown.length).toBe(730);
  });

  it.each(ZONES)("daily at 02:15 in %s is once on each date, also where clocks skip or repeat it", (zone) => {
    const wall = wallIn(zone);
    const shown = [...runs(timing({ timezone: zone, at: "02:15" }))].map(wall);
    expect(shown.length).toBe(730);
    expect(new Set(shown.map((at) => at.slice(0, 10))).size).toBe(730);
    const moved = shown.filter((at) => !at.endsWith("02:15"));
    // Lord Howe puts its clocks forward by half an hour, from 02:00 to 02:30.
    expect(moved.map((at) => at.slice(11))).toEqual(
      { "Europe/Berlin": ["03:15", "03:15"], "America/New_York": ["03:15", "03:15"], "Australia/Lord_Howe": ["02:45", "02:45"] }[zone] ??
        [],
    );
  });

  it.each(ZONES)("monthly on the 31st in %s is on the last day of each month", (zone) => {
    const wall = wallIn(zone);
    const days = [...runs(timing({ timezone: zone, frequency: "monthly", day: 31 }))].map((at) => wall(at).slice(5, 10));
    const year = "01-31 02-28 03-31 04-30 05-31 06-30 07-31 08-31 09-30 10-31 11-30 12-31".split(" ");
    expect(days).toEqual([...year, ...year]);
  });

  it.each(ZONES)("every hour in %s is every hour that there is", (zone) => {
    const instants = [...runs(timing({ timezone: zone, frequency: "cron", cron: "0 * * * *" }), FROM, FROM + 400 * 86_400_000)];
    const wall = wallIn(zone);
    const expected: number[] = [];
    for (let at = FROM; at < FROM + 400 * 86_400_000; at += 900_000) if (wall(at).endsWith(":00")) expected.push(at);
    expect(instants).toEqual(expected);
  });

  it.each(ZONES)("weekdays at 07:30 and 18:30 by cron in %s agree with the wall", (zone) => {
    const wall = wallIn(zone);
    const instants = [...runs(timing({ timezone: zone, frequency: "cron", cron: "30 7,18 * * mon-fri" }))];
    const expected: number[] = [];
    for (let at = FROM; at < TO; at += 900_000) {
      const shown = wall(at);
      const weekday = new Date(`${shown.slice(0, 10)}T00:00Z`).getUTCDay();
      if (weekday >= 1 && weekday <= 5 && (shown.endsWith("07:30") || shown.endsWith("18:30"))) expected.push(at);
    }
    expect(instants).toEqual(expected);
  });
});

describe("when it is due next", () => {
  it.each([
    ["a weekly one", timing({ frequency: "weekly", weekday: 1 }), "2026-03-15T10:00:00Z", "2026-03-16T09:00:00.000Z"],
    ["the same minute is not after itself", timing({}), "2026-03-15T09:00:00Z", "2026-03-16T09:00:00.000Z"],
    ["the last day", timing({ frequency: "monthly", day: 0 }), "2028-02-10T00:00:00Z", "2028-02-29T09:00:00.000Z"],
    ["29 February by cron", timing({ frequency: "cron", cron: "0 0 29 2 *" }), "2026-03-01T00:00:00Z", "2028-02-29T00:00:00.000Z"],
    ["either day, as cron has it", timing({ frequency: "cron", cron: "0 0 13 * fri" }), "2026-03-11T00:00:00Z", "2026-03-13T00:00:00.000Z"],
    ["the last of the month by cron", timing({ frequency: "cron", cron: "0 6 L * *" }), "2026-02-10T00:00:00Z", "2026-02-28T06:00:00.000Z"],
    ["steps", timing({ frequency: "cron", cron: "*/15 9-10 * * *" }), "2026-03-15T09:20:00Z", "2026-03-15T09:30:00.000Z"],
    ["a macro", timing({ frequency: "cron", cron: "@weekly" }), "2026-03-10T00:00:00Z", "2026-03-15T00:00:00.000Z"],
    ["a date that a zone skipped", timing({ timezone: "Pacific/Apia" }), "2011-12-29T20:00:00Z", "2011-12-30T19:00:00.000Z"],
    ["never", timing({ frequency: "cron", cron: "0 0 30 2 *" }), "2026-03-15T00:00:00Z", null],
  ])("%s", (_name, of, after, expected) => {
    expect(text(nextRun(of, Date.parse(after)))).toBe(expected);
  });

  it.each([
    "* * * *",
    "60 * * * *",
    "0 24 * * *",
    "0 0 0 * *",
    "0 0 * 13 *",
    "0 0 * * 8",
    "5-1 * * * *",
    "*/0 * * * *",
    "a * * * *",
    "1,,2 * * * *",
    "1/2/3 * * * *",
    "",
    `0 ${"1,".repeat(200)}1 * * *`,
  ])("%s is no cron expression, and it says why", (cron) => {
    const result = parseCron(cron);
    expect(result.ok).toBe(false);
  });

  it("more often than every quarter of an hour cannot be kept, and is refused", () => {
    expect(whyNeverRuns(timing({ frequency: "cron", cron: "* * * * *" }), FROM)).toContain("15 minutes");
    expect(whyNeverRuns(timing({ frequency: "cron", cron: "0,50 * * * *" }), FROM)).toContain("15 minutes");
    expect(whyNeverRuns(timing({ frequency: "cron", cron: "*/15 * * * *" }), FROM)).toBeNull();
    expect(whyNeverRuns(timing({ frequency: "cron", cron: "0 0 31 2 *" }), FROM)).toContain("never");
  });
});

describe("windows move with the run", () => {
  const at = Date.parse("2026-03-30T07:00:00Z");
  it.each([
    ["yesterday", "2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"],
    ["last_week", "2026-03-22T23:00:00.000Z", "2026-03-29T22:00:00.000Z"],
    ["this_month", "2026-02-28T23:00:00.000Z", "2026-03-31T22:00:00.000Z"],
    ["last_month", "2026-01-31T23:00:00.000Z", "2026-02-28T23:00:00.000Z"],
    ["last_quarter", "2025-09-30T22:00:00.000Z", "2025-12-31T23:00:00.000Z"],
    ["last_24_hours", "2026-03-29T07:00:00.000Z", "2026-03-30T07:00:00.000Z"],
    ["since_last_run", "2026-03-27T07:00:00.000Z", "2026-03-30T07:00:00.000Z"],
  ] as const)("%s in Berlin, the morning after clocks went forward", (name, from, to) => {
    const span = spanOf(name, at, "Europe/Berlin", Date.parse("2026-03-27T07:00:00Z"));
    expect([text(span.from), text(span.to)]).toEqual([from, to]);
  });
});
