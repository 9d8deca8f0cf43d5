import { expect, test } from "vitest";
import { fromWall, instantShowing, offsetAt, type Wall } from "../../src/shared/wall-clock";

const wall = (text: string): Wall => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/\D/).map(Number);
  return { year, month, day, hour, minute, second: 0, millisecond: 0 };
};
const iso = (instant: number | null) => instant && new Date(instant).toISOString();

test("an hour that clocks skip is no instant, or one as much later; of an hour that comes twice it is the first", () => {
  expect(instantShowing(wall("2026-03-29T02:30"), "Europe/Berlin")).toBeNull();
  expect(iso(fromWall(wall("2026-03-29T02:30"), "Europe/Berlin"))).toBe("2026-03-29T01:30:00.000Z");
  expect(iso(instantShowing(wall("2026-10-25T02:30"), "Europe/Berlin"))).toBe("2026-10-25T00:30:00.000Z");
});

// Remembered by quarter of an hour, 00:00 was already an hour ahead there.
test("clocks that change at a minute past midnight have not changed at midnight", () => {
  const midnight = Date.parse("2010-03-14T03:30:00Z");
  expect(offsetAt(midnight, "America/St_Johns") / 60_000).toBe(-210);
  expect(offsetAt(midnight + 59_999, "America/St_Johns") / 60_000).toBe(-210);
  expect(offsetAt(midnight + 60_000, "America/St_Johns") / 60_000).toBe(-150);
  expect(iso(instantShowing(wall("2010-03-14T00:00"), "America/St_Johns"))).toBe("2010-03-14T03:30:00.000Z");
  expect(instantShowing(wall("2010-03-14T00:01"), "America/St_Johns")).toBeNull();
});
