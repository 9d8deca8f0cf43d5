import { env, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { startOfDate } from "../../src/analytics/time-zones";
import { type AnalysedWorld, createAnalysed, type SeriesView } from "./support";

const QUARTER = 900_000;

/** Writes what happened long ago straight into the ledger's quarter-hours: nobody may submit in the past. */
async function happened(form: AnalysedWorld, times: readonly (string | number)[]): Promise<void> {
  await form.metrics();
  await runInDurableObject(env.LEDGER.getByName(`${form.formId}:0`), (_, state) => {
    for (const time of times) {
      const at = new Date(time).getTime();
      state.storage.sql.exec(
        "INSERT INTO buckets (start, complete, partial, starts, views) VALUES (?, 1, 0, 0, 0) ON CONFLICT DO UPDATE SET complete = complete + 1",
        at - (at % QUARTER),
      );
    }
  });
}

async function allPages(form: AnalysedWorld, query: string): Promise<SeriesView[]> {
  const pages: SeriesView[] = [];
  for (let cursor = ""; ; ) {
    const page = await form.series(`${query}${cursor}`);
    pages.push(page);
    if (page.next_cursor === null) return pages;
    cursor = `&cursor=${page.next_cursor}`;
  }
}

test("by itself: 90 days by the day up to today, with a zero where nothing came", async () => {
  const form = await createAnalysed();
  await form.accepted({ name: "Ada" });
  const series = await form.series();
  expect(series).toMatchObject({ granularity: "day", timezone: "UTC", total: 1, next_cursor: null });
  expect(series.points).toHaveLength(90);
  expect(series.points.at(-1)).toEqual({ timestamp: `${new Date().toISOString().slice(0, 10)}T00:00:00.000Z`, count: 1 });
  expect(series.points.slice(0, -1).every(({ count }) => count === 0)).toBe(true);
});

test("a moment belongs to the day that the zone's calendar shows, the last day included", async () => {
  const form = await createAnalysed();
  await happened(form, ["2026-03-14T18:20:00Z", "2026-03-14T18:40:00Z", "2026-03-15T18:10:00Z", "2026-03-15T18:31:00Z"]);
  const kolkata = await form.series("?timezone=Asia/Kolkata&start_date=2026-03-14&end_date=2026-03-15");
  expect(kolkata.points).toEqual([
    { timestamp: "2026-03-13T18:30:00.000Z", count: 1 },
    { timestamp: "2026-03-14T18:30:00.000Z", count: 2 },
  ]);
  expect(kolkata.total).toBe(3);
  const kathmandu = await form.series("?timezone=Asia/Kathmandu&start_date=2026-03-14&end_date=2026-03-15");
  expect(kathmandu.points.map(({ count }) => count)).toEqual([0, 3]);
});

test("hours are told apart where clocks change, and none is lost or doubled", async () => {
  const form = await createAnalysed();
  const hours = Array.from({ length: 25 }, (_, i) => startOfDate("2026-10-25", "Europe/Berlin") + i * 3_600_000);
  await happened(form, hours);
  const day = await form.series("?granularity=hour&timezone=Europe/Berlin&start_date=2026-10-25&end_date=2026-10-25");
  expect(day.points).toEqual(hours.map((hour) => ({ timestamp: new Date(hour).toISOString(), count: 1 })));
  const spring = await form.series("?granularity=hour&timezone=Europe/Berlin&start_date=2026-03-29&end_date=2026-03-29");
  expect(spring.points).toHaveLength(23);
});

test("months go back without end, page by page", async () => {
  const form = await createAnalysed();
  await happened(form, ["1985-06-15T12:00:00Z", "2026-01-31T22:30:00Z", "2026-02-01T00:00:00Z"]);
  const pages = await allPages(form, "?granularity=month&timezone=Europe/Berlin&start_date=1980-01-10&end_date=2026-02-15&limit=100");
  expect(pages.map(({ points }) => points.length)).toEqual([100, 100, 100, 100, 100, 54]);
  expect(pages.every(({ total }) => total === 3)).toBe(true);
  const points = pages.flatMap((page) => page.points);
  expect(points.filter(({ count }) => count > 0)).toEqual([
    { timestamp: "1985-05-31T22:00:00.000Z", count: 1 },
    { timestamp: "2025-12-31T23:00:00.000Z", count: 1 },
    { timestamp: "2026-01-31T23:00:00.000Z", count: 1 },
  ]);
  expect(points[0]?.timestamp).toBe("1979-12-31T23:00:00.000Z");
});

test("pages of any size say the same as one", async () => {
  const form = await createAnalysed();
  await happened(form, ["2026-03-28T10:00:00Z", "2026-03-29T01:30:00Z", "2026-03-30T23:59:00Z"]);
  const query = "?granularity=hour&timezone=Europe/Berlin&start_date=2026-03-28&end_date=2026-03-31";
  const whole = await form.series(query);
  expect(whole.points).toHaveLength(95);
  for (const limit of [1, 7, 24, 94]) {
    expect((await allPages(form, `${query}&limit=${limit}`)).flatMap(({ points }) => points)).toEqual(whole.points);
  }
});

test("five years by the day and 90 days by the hour are within bounds", async () => {
  const form = await createAnalysed();
  const days = await allPages(form, "?granularity=day&start_date=2021-01-01&end_date=2025-12-31&timezone=Pacific/Chatham");
  expect(days.flatMap(({ points }) => points)).toHaveLength(1826);
  const hours = await allPages(form, "?granularity=hour&start_date=2026-01-01&end_date=2026-03-31");
  expect(hours.flatMap(({ points }) => points)).toHaveLength(2160);
});

describe("what is refused, with its reason", () => {
  test.each([
    ["start_date=2026-02-01&end_date=2026-01-31", "reversed_range"],
    ["granularity=hour&start_date=2026-01-01&end_date=2026-06-01", "range_too_long"],
    ["granularity=day&start_date=2020-01-01&end_date=2026-01-01", "range_too_long"],
    ["start_date=0001-01-01&end_date=0001-01-02", "out_of_range"],
    ["timezone=Mars/Olympus", "unknown_timezone"],
    ["cursor=bm9uc2Vuc2U", "invalid"],
    ["cursor=WzBd", "bad_cursor"],
    ["start_date=2026-02-30", "invalid"],
    ["granularity=week", "invalid"],
    ["limit=0", "invalid"],
  ])("%s: %s", async (query, code) => {
    const form = await createAnalysed();
    const reply = await form.call("GET", `/api/v2/analytics/forms/${form.formId}/timeseries?${query}`);
    expect(reply.status).toBe(422);
    expect((await reply.json<{ code: string; errors: unknown[] }>()).code).toBe(code);
  });
});
