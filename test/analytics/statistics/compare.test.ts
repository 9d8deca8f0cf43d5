import { expect, test } from "vitest";
import { createAnalysed } from "../support";

interface View {
  a: { label: string; responses: number; partials: number; per_day: number | null };
  b: View["a"];
  rate: Judged | null;
  completion: Judged;
  fields: { field: string; type: string; a: Record<string, unknown>; b: Record<string, unknown>; judgement: Judged }[];
}

interface Judged {
  test: string;
  p_value: number;
  p_adjusted: number;
  significant: boolean;
  effect: { kind: string; value: number | null };
  mean_difference: { value: number } | null;
  by_value: { value: string; a: { yes: number; of: number }; p_adjusted: number }[];
  sentence: string;
}

async function created() {
  const form = await createAnalysed();
  const path = `/api/v2/analytics/forms/${form.formId}/compare`;
  return {
    ...form,
    compare: async (body: unknown): Promise<View> => {
      const reply = await form.call("POST", path, body);
      expect(reply.status, await reply.clone().text()).toBe(200);
      return reply.json();
    },
    refused: async (body: unknown) => {
      const reply = await form.call("POST", path, body);
      expect(reply.status, await reply.clone().text()).toBe(422);
      return reply.json<{ code: string; errors: { path: string }[] }>();
    },
  };
}

test("two segments: shares, choices and numbers, each by its own test, said in a sentence", async () => {
  const form = await created();
  for (let i = 0; i < 12; i++) {
    await form.accepted({ name: "old", department: i < 10 ? "IT" : "HR", score: i, agree: i < 2, tags: ["a"], likely: 3, stars: 4 });
    await form.accepted({
      name: "new",
      department: i < 2 ? "IT" : "HR",
      score: i + 20,
      agree: i < 11,
      tags: ["a", "b"],
      likely: 9,
      stars: 4,
    });
  }
  await form.accepted({ name: "new" }, { body: { status: "partial" } });
  const found = await form.compare({
    a: { filter: { name: "old" } },
    b: { filter: { name: "new" }, label: "the new look" },
    fields: ["department", "data.score", "agree", "tags", "likely", "stars"],
  });
  expect(found.a).toEqual({ label: "the first segment", responses: 12, partials: 0, per_day: null });
  expect(found.b).toEqual({ label: "the new look", responses: 12, partials: 1, per_day: null });
  expect(found.rate).toBeNull();
  expect(found.completion).toMatchObject({ test: "fisher_exact", p_value: 1, significant: false });
  const of = (name: string) => found.fields.find(({ field }) => field === name);
  expect(of("department")).toMatchObject({
    a: {
      answered: 12,
      values: [
        { value: "IT", count: 10, share: 10 / 12 },
        { value: "HR", count: 2 },
      ],
    },
    judgement: { test: "fisher_exact", significant: true, effect: { kind: "share_difference" } },
  });
  expect(of("score")).toMatchObject({
    a: { answered: 12, mean: 5.5, median: 5.5 },
    b: { mean: 25.5 },
    judgement: { test: "mann_whitney_exact", significant: true, effect: { value: 1 }, mean_difference: { value: 20 } },
  });
  expect(of("score")?.judgement.sentence).toMatch(/mean 5\.5, then 25\.5.*higher.*the new look.*more than chance/);
  expect(of("agree")?.judgement.significant).toBe(true);
  expect(of("tags")?.judgement).toMatchObject({
    significant: true,
    by_value: [
      { value: "a", p_adjusted: 1 },
      { value: "b", a: { yes: 0, of: 12 } },
    ],
  });
  expect(of("stars")?.judgement).toMatchObject({ p_value: 1, significant: false });
  expect(of("stars")?.judgement.sentence).toContain("chance alone");
  for (const { judgement } of found.fields) expect(judgement.p_adjusted).toBeGreaterThanOrEqual(judgement.p_value);
  const single = await form.compare({
    a: { filter: { name: "old" } },
    b: { filter: { name: "new" } },
    fields: ["agree"],
    correction: "none",
  });
  expect(single.fields[0]?.judgement.p_adjusted).toBe(of("agree")?.judgement.p_value);
});

test("two periods have a rate; an empty side is too few, not an error; versions are told apart", async () => {
  const form = await created();
  for (let i = 0; i < 3; i++) await form.accepted({ name: "x", score: i });
  const today = new Date().toISOString().slice(0, 10);
  const found = await form.compare({ a: { start_date: "2026-01-01", end_date: "2026-01-10" }, b: { start_date: today, end_date: today } });
  expect(found.rate).toMatchObject({ test: "poisson_exact", effect: { kind: "rate_ratio", value: null }, significant: true });
  expect(found.a).toMatchObject({ label: "2026-01-01 to 2026-01-10", responses: 0, per_day: 0 });
  expect(found.fields.find(({ field }) => field === "score")?.judgement).toMatchObject({ p_value: 1, effect: { value: null } });
  expect(found.fields.find(({ field }) => field === "score")?.judgement.sentence).toContain("too few");
  const versions = await form.compare({ a: { version: 1 }, b: { version: 2 } });
  expect([versions.a, versions.b]).toMatchObject([
    { label: "version 1", responses: 3 },
    { label: "version 2", responses: 0 },
  ]);
});

test("what is not a comparison is refused with its place", async () => {
  const form = await created();
  const sides = { a: { version: 1 }, b: { version: 2 } };
  for (const [body, path, code] of [
    [null, "", "invalid_query"],
    [{ a: sides.a }, "b", "invalid_query"],
    [{ ...sides, extra: 1 }, "extra", "invalid_query"],
    [{ ...sides, a: { version: 1.5 } }, "a.version", "invalid_query"],
    [{ ...sides, a: { start_date: "2026-02-30x" } }, "a.start_date", "invalid_value"],
    [{ ...sides, b: { start_date: "2026-03-01", end_date: "2026-02-01" } }, "b.end_date", "reversed_range"],
    [{ ...sides, b: { filter: { nope: 1 } } }, "b.filter.nope", "unknown_field"],
    [{ ...sides, fields: ["nope"] }, "fields.0", "unknown_field"],
    [{ ...sides, fields: ["name"] }, "fields.0", "wrong_field_type"],
    [{ ...sides, alpha: 2 }, "alpha", "invalid_query"],
    [{ ...sides, correction: "magic" }, "correction", "invalid_query"],
    [{ ...sides, timezone: "Mars/Olympus" }, "timezone", "unknown_timezone"],
  ] as const) {
    expect(await form.refused(body)).toMatchObject({ code, errors: [{ path }] });
  }
});
