import { expect, test } from "vitest";
import { caseNames, loadCase } from "../../bench/lib/cases.ts";
import { median, report } from "../../bench/lib/report.ts";
import type { BenchCase, Load } from "../../bench/lib/types.ts";

const load = (requestsPerSecond: number, failures = 0): Load => ({ requestsPerSecond, p50Ms: 1, p97Ms: 2, p99Ms: 3, failures });
const bench: BenchCase = { name: "some", title: "Some", connections: 1, request: () => ({ path: "/" }), atLeast: { bare: 0.5 } };

const judge = (ours: Load[], bare: number) =>
  report(
    bench,
    new Map([
      ["some", ours],
      ["bare", [load(bare)]],
      ["object", [load(50)]],
    ]),
    { rounds: 1, seconds: 1 },
  );

test("the middle of the rounds counts, as a share of each baseline", () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([1, 2, 3, 10])).toBe(2.5);
  const result = judge([load(10), load(60), load(90)], 100);
  expect(result.subjects.some?.requestsPerSecond).toBe(60);
  expect(result.ratios).toEqual({ bare: 0.6, object: 1.2 });
  expect(result.complaints).toEqual([]);
});

test("too slow, and a single failed request in any round, are complaints", () => {
  expect(judge([load(49)], 100).complaints).toEqual(["0.49 of bare; at least 0.5 is asked for"]);
  expect(judge([load(60), load(60, 1), load(60)], 100).complaints).toEqual(["1 requests failed"]);
});

test.each(caseNames())("the case %s is called what its file is called", async (name) => {
  expect((await loadCase(name)).name).toBe(name);
});
