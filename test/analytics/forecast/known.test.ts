// Forecasts of series whose future is known. `npm run figures -- forecast` prints the table over more seeds.
import { beforeAll, expect, test } from "vitest";
import { ALL_CANDIDATES } from "../../../src/analytics/forecast/candidates";
import { judge, type Verdict } from "./judge";
import { knownSeries } from "./series";
import { total } from "./table";

let all: Verdict[] = [];
beforeAll(() => {
  all = knownSeries(7).map((known) => judge(known, ALL_CANDIDATES, 3));
}, 120_000);

test("there are at least twenty, and each shape differs", () => {
  expect(new Set(all.map(({ name }) => name)).size).toBeGreaterThanOrEqual(20);
});

test("of the stable ones, a week's total is told to within a fifth", () => {
  for (const verdict of all.filter(({ stable }) => stable)) expect(verdict.off / verdict.came, verdict.name).toBeLessThan(0.2);
});

test("over all of them it beats saying that it will be as last week", () => {
  expect(total(all, "off")).toBeLessThan(total(all, "offNaive"));
  expect(total(all, "dailyOff")).toBeLessThan(0.95 * total(all, "dailyOffNaive"));
});

test("95 % intervals hold what came 92 to 98 times out of a hundred", () => {
  const days = total(all, "coveredDays") / (7 * total(all, "weeks"));
  expect(days).toBeGreaterThan(0.92);
  expect(days).toBeLessThan(0.98);
});
