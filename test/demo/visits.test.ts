import { describe, expect, test } from "vitest";
import { DEMO_FORM } from "../../src/demo/form";
import { demoVisits } from "../../src/demo/visits";
import { evaluateAnswers } from "../../src/forms";
import { whyUnpublishable } from "../../src/forms/checks";

const NOW = Date.parse("2026-05-20T15:30:00Z");
const visits = demoVisits(NOW);

describe("the guests of the demo", () => {
  test("are the same every time, in order, and none of them is from the future", () => {
    expect(demoVisits(NOW)).toEqual(visits);
    expect(visits.every((visit, i) => i === 0 || visit.at >= (visits[i - 1]?.at ?? 0))).toBe(true);
    expect(visits.every(({ at, fillSeconds }) => at + fillSeconds * 1_000 < NOW)).toBe(true);
  });

  test("came over some weeks, today among them, and are enough to look at", () => {
    const complete = visits.filter(({ outcome }) => outcome === "complete");
    expect(complete.length).toBeGreaterThan(300);
    expect(new Set(complete.map(({ at }) => new Date(at).toISOString().slice(0, 10))).size).toBeGreaterThan(40);
    expect(new Date(complete.at(-1)?.at ?? 0).toISOString().slice(0, 10)).toBe("2026-05-20");
  });

  test("answer what the form takes, whole or half-way", () => {
    expect(whyUnpublishable(DEMO_FORM.schema)).toEqual([]);
    for (const { data, outcome, at, fillSeconds } of visits) {
      if (outcome !== "complete" && outcome !== "partial") continue;
      const result = evaluateAnswers(DEMO_FORM.schema, data, { mode: outcome, now: at + fillSeconds * 1_000 });
      expect(result).toMatchObject({ ok: true, data });
    }
  });
});
