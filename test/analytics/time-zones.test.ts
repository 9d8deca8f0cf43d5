import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addMonths, dateAt, hoursOfDate, offsetAt, startOfDate } from "../../src/analytics/time-zones";
import { isTimeZone } from "../../src/shared/wall-clock";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const iso = (instant: number) => new Date(instant).toISOString();
const length = (date: string, next: string, zone: string) => (startOfDate(next, zone) - startOfDate(date, zone)) / HOUR;

test.each([
  ["UTC", "2026-07-01", "2026-07-01T00:00:00.000Z"],
  ["Europe/Berlin", "2026-07-01", "2026-06-30T22:00:00.000Z"],
  ["Asia/Kolkata", "2026-07-01", "2026-06-30T18:30:00.000Z"],
  ["Asia/Kathmandu", "2026-07-01", "2026-06-30T18:15:00.000Z"],
  ["America/St_Johns", "2026-01-15", "2026-01-15T03:30:00.000Z"],
  ["America/St_Johns", "2026-07-15", "2026-07-15T02:30:00.000Z"],
  ["Pacific/Chatham", "2026-01-15", "2026-01-14T10:15:00.000Z"],
  ["Pacific/Kiritimati", "2026-01-15", "2026-01-14T10:00:00.000Z"],
  ["Pacific/Pago_Pago", "2026-01-15", "2026-01-15T11:00:00.000Z"],
])("in %s the day %s begins at %s", (zone, date, expected) => {
  expect(iso(startOfDate(date, zone))).toBe(expected);
  expect(dateAt(startOfDate(date, zone), zone)).toBe(date);
  expect(dateAt(startOfDate(date, zone) - 1, zone)).not.toBe(date);
});

describe("days on which clocks change", () => {
  test.each([
    ["Europe/Berlin", "2026-03-29", "2026-03-30", 23],
    ["Europe/Berlin", "2026-10-25", "2026-10-26", 25],
    ["America/New_York", "2026-03-08", "2026-03-09", 23],
    ["America/New_York", "2026-11-01", "2026-11-02", 25],
    ["Australia/Lord_Howe", "2026-04-05", "2026-04-06", 24.5],
    ["Australia/Lord_Howe", "2026-10-04", "2026-10-05", 23.5],
    ["Pacific/Chatham", "2026-09-27", "2026-09-28", 23],
  ])("%s %s", (zone, date, next, hours) => {
    expect(length(date, next, zone)).toBe(hours);
  });

  test("a midnight that is skipped begins the day at one o'clock", () => {
    expect(iso(startOfDate("2018-11-04", "America/Sao_Paulo"))).toBe("2018-11-04T03:00:00.000Z");
    expect(hoursOfDate("2018-11-04", "America/Sao_Paulo")).toHaveLength(23);
  });

  test("a midnight that comes twice begins the day the first time", () => {
    expect(iso(startOfDate("2026-11-01", "America/Havana"))).toBe("2026-11-01T04:00:00.000Z");
    expect(hoursOfDate("2026-11-01", "America/Havana")).toHaveLength(25);
  });

  test("a date that a country left out begins where the next one does", () => {
    expect(startOfDate("2011-12-30", "Pacific/Apia")).toBe(startOfDate("2011-12-31", "Pacific/Apia"));
    expect(hoursOfDate("2011-12-30", "Pacific/Apia")).toEqual([]);
  });

  test("the repeated hour is two, and no hour is skipped over", () => {
    const hours = hoursOfDate("2026-10-25", "Europe/Berlin");
    expect(hours).toHaveLength(25);
    expect(hours.map((hour, i) => hour - (hours[i - 1] ?? hour - HOUR))).toEqual(Array(25).fill(HOUR));
    expect(hours.slice(1, 5).map(iso)).toEqual([
      "2026-10-24T23:00:00.000Z",
      "2026-10-25T00:00:00.000Z",
      "2026-10-25T01:00:00.000Z",
      "2026-10-25T02:00:00.000Z",
    ]);
    expect(hoursOfDate("2026-03-29", "Europe/Berlin")).toHaveLength(23);
  });

  test("where clocks change by half an hour, the odd half stands alone", () => {
    const hours = hoursOfDate("2026-04-05", "Australia/Lord_Howe");
    const lengths = hours.map((hour, i) => ((hours[i + 1] ?? startOfDate("2026-04-06", "Australia/Lord_Howe")) - hour) / MINUTE);
    expect(lengths.filter((minutes) => minutes === 30)).toHaveLength(1);
    expect(lengths.filter((minutes) => minutes === 60)).toHaveLength(24);
  });

  test("hours of a half-hour zone begin at half past in UTC", () => {
    expect(hoursOfDate("2026-05-05", "Asia/Kolkata").map((hour) => iso(hour).slice(14, 16))).toEqual(Array(24).fill("30"));
    expect(hoursOfDate("2026-05-05", "Asia/Kathmandu").map((hour) => iso(hour).slice(14, 16))).toEqual(Array(24).fill("15"));
    expect(hoursOfDate("2026-01-05", "Pacific/Chatham").map((hour) => iso(hour).slice(14, 16))).toEqual(Array(24).fill("15"));
  });
});

test("every instant lies in the day that the zone's calendar shows, wherever and whenever", () => {
  const zones = [
    "UTC",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Pacific/Chatham",
    "Australia/Lord_Howe",
    "Africa/Cairo",
  ];
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: Date.UTC(2012, 0), max: Date.UTC(2036, 0) }), (zone, instant) => {
      const date = dateAt(instant, zone);
      const from = startOfDate(date, zone);
      expect(from).toBeLessThanOrEqual(instant);
      expect(dateAt(from, zone)).toBe(date);
      expect(from % (15 * MINUTE)).toBe(0);
      const hours = hoursOfDate(date, zone);
      const hour = hours.findLast((start) => start <= instant);
      expect(hour).toBeDefined();
      expect(instant - (hour ?? 0)).toBeLessThan(HOUR);
      expect((instant + offsetAt(instant, zone)) % HOUR).toBeGreaterThanOrEqual(instant - (hour ?? 0));
    }),
  );
});

test("zones that nobody knows are known not to be", () => {
  expect(isTimeZone("Mars/Olympus")).toBe(false);
  expect(isTimeZone("Asia/Kolkata")).toBe(true);
});

test("a month on from the 31st is the last of the month", () => {
  expect(addMonths("2026-01-31", 1)).toBe("2026-02-28");
  expect(addMonths("2026-12-15", 1)).toBe("2027-01-15");
  expect(addMonths("2024-02-29", -12)).toBe("2023-02-28");
});
