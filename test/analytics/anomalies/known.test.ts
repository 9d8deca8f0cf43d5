// The default detectors over pasts whose odd days are known. `npm run figures -- anomalies` prints the table over more seeds.
import { beforeAll, expect, test } from "vitest";
import { histories } from "./histories";
import { type Result, tally } from "./judge";

let planted: Result;
let ordinary: Result;
beforeAll(() => {
  planted = tally([11, 12, 13].flatMap((seed) => histories(seed, true)));
  ordinary = tally([21, 22, 23].flatMap((seed) => histories(seed, false)));
}, 60_000);

test("most of what was planted is found", () => {
  expect(planted.all.planted).toBeGreaterThan(80);
  expect(planted.all.found / planted.all.planted).toBeGreaterThan(0.75);
  for (const kind of ["silence", "completion_rate"] as const) {
    expect(planted.byKind[kind].found / planted.byKind[kind].planted, kind).toBeGreaterThan(0.85);
  }
});

test("what is reported was there", () => {
  expect(planted.all.explained / planted.all.reported).toBeGreaterThan(0.9);
});

test("ordinary weeks raise less than one false alarm in ten weeks of a form", () => {
  expect(ordinary.all.weeks).toBeGreaterThan(300);
  expect(ordinary.all.reported / ordinary.all.weeks).toBeLessThan(0.1);
});
