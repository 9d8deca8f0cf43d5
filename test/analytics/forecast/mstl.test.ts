import { expect, test } from "vitest";
import { mstlEts } from "../../../src/analytics/forecast/mstl";

test("a weekly shape is carried on", () => {
  const shape = [10, 20, 30, 40, 50, 60, 70];
  const { next, fitted } = mstlEts.fit(Array.from({ length: 56 }, (_, day) => shape[day % 7] ?? 0));
  expect(next).toHaveLength(8);
  expect(fitted()).toHaveLength(56);
  for (const [day, value] of next.entries()) expect(value).toBeCloseTo(shape[day % 7] ?? 0, 0);
});
