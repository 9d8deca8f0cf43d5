import { env } from "cloudflare:test";
import { beforeAll, describe, expect, test } from "vitest";
import { continueTraining, openTraining } from "../../../src/analytics";
import { testContext } from "../../support/context";
import { watch } from "../../support/plans";
import { createWorld } from "../../support/world";
import { createAnalysed } from "../support";
import { submitOn } from "./past";

interface Prediction {
  form_id: string | null;
  predicted_submissions: number;
  confidence_interval: { lower: number; upper: number };
  based_on_data: string;
  timezone: string;
  daily: { date: string; predicted: number; lower: number; upper: number }[];
  model: {
    kind: string;
    version: number;
    trained_at: string;
    trained_on: { from: string; to: string; days: number };
    r2: number | null;
    mae: number;
    rmse: number;
    backtest_error: number | null;
  };
}

const DAY = 86_400_000;
const predict = (world: { call: Awaited<ReturnType<typeof createWorld>>["call"] }, query = "") =>
  world.call("GET", `/api/v2/analytics/predict/next-week${query}`);

describe("a form with seven weeks behind it", () => {
  let form: Awaited<ReturnType<typeof createAnalysed>>;
  beforeAll(async () => {
    form = await createAnalysed();
    // Sundays nobody comes, Mondays five, the other days two.
    await submitOn(form, 49, (weekday) => (weekday === 0 ? 0 : weekday === 1 ? 5 : 2));
  });

  test("is told next week by its own weekly shape", async () => {
    const reply = await predict(form, `?form_id=${form.formId}`);
    expect(reply.status, await reply.clone().text()).toBe(200);
    const found = await reply.json<Prediction>();
    expect(found).toMatchObject({ form_id: form.formId, based_on_data: "last_90_days", predicted_submissions: 15, timezone: "UTC" });
    expect(found.confidence_interval.lower).toBeLessThanOrEqual(15);
    expect(found.confidence_interval.upper).toBeGreaterThanOrEqual(15);
    expect(found.daily.map(({ date }) => date)).toEqual(Array.from({ length: 7 }, (_, i) => dateIn(i + 1)));
    for (const { date, predicted, lower, upper } of found.daily) {
      const weekday = new Date(date).getUTCDay();
      expect(predicted).toBeCloseTo(weekday === 0 ? 0 : weekday === 1 ? 5 : 2, 0);
      expect(lower).toBeGreaterThanOrEqual(0);
      expect(upper).toBeGreaterThanOrEqual(lower);
    }
    expect(found.model.kind).not.toBe("average");
    expect(found.model).toMatchObject({ version: 1, trained_on: { to: dateIn(-1) } });
    expect(found.model.backtest_error).toBeLessThan(0.2);
    expect(found.model.r2).toBeGreaterThan(0.8);
  });

  test("keeps the model it was trained for the first time it was asked", async () => {
    const [one, two] = await Promise.all([predict(form, `?form_id=${form.formId}`), predict(form, `?form_id=${form.formId}`)]);
    expect((await one.json<Prediction>()).model).toEqual((await two.json<Prediction>()).model);
    const models = await form.call("GET", `/api/v2/analytics/predict/models?form_id=${form.formId}`);
    expect((await models.json<{ models: { version: number }[] }>()).models.map(({ version }) => version)).toEqual([1]);
  });

  test("is the whole of its workspace's forecast when it is the only form", async () => {
    await form.call("GET", `/api/v1/forms/${form.formId}/responses?limit=1`);
    const found = await (await predict(form)).json<Prediction>();
    expect(found).toMatchObject({ form_id: null, predicted_submissions: 15 });
  });
});

test("a form's days are those of its own time zone", async () => {
  const form = await createAnalysed(undefined, { timezone: "Pacific/Kiritimati" });
  await submitOn(form, 3, () => 2);
  const found = await (await predict(form, `?form_id=${form.formId}`)).json<Prediction>();
  expect(found.timezone).toBe("Pacific/Kiritimati");
  expect(found.daily[0]?.date).toBe(new Date(Date.now() + 14 * 3_600_000 + DAY).toISOString().slice(0, 10));
});

test("with less than thirty days a mean is said to be one", async () => {
  const form = await createAnalysed();
  await submitOn(form, 10, () => 3);
  const found = await (await predict(form, `?form_id=${form.formId}`)).json<Prediction>();
  expect(found).toMatchObject({ predicted_submissions: 21, model: { kind: "average", r2: null, backtest_error: null } });
  expect(found.confidence_interval.lower).toBeLessThan(21);
  expect(found.confidence_interval.upper).toBeGreaterThan(21);
});

test("with answers from today alone, today is all there is to say", async () => {
  const form = await createAnalysed();
  await form.submit({ name: "Ada" });
  const found = await (await predict(form, `?form_id=${form.formId}`)).json<Prediction>();
  expect(found).toMatchObject({ predicted_submissions: 7, model: { kind: "average" } });
});

test("without answers there is nothing to tell", async () => {
  const form = await createAnalysed();
  for (const query of [`?form_id=${form.formId}`, ""]) {
    const reply = await predict(form, query);
    expect(reply.status).toBe(422);
    expect(await reply.json()).toMatchObject({ code: "insufficient_data" });
  }
});

test("a stranger's form is not there", async () => {
  const form = await createAnalysed();
  const stranger = await createWorld();
  expect((await predict(stranger, `?form_id=${form.formId}`)).status).toBe(404);
});

describe("the weekly training", () => {
  const count = async (formId: string) =>
    (await env.DB.prepare("SELECT count(*) AS n FROM forecast_models WHERE subject = ?1").bind(formId).first<{ n: number }>())?.n;
  const due = async (formId: string) =>
    (await env.DB.prepare("SELECT count(*) AS n FROM forecast_due WHERE subject = ?1").bind(formId).first<{ n: number }>())?.n;

  test("comes to each active form once, however many sweeps work at it and wherever one dies", async () => {
    const forms = await Promise.all([1, 2, 3].map(() => createAnalysed()));
    for (const form of forms) await submitOn(form, 5, () => 1);
    // A Sunday of its own for each run of this test: the table of runs is everybody's.
    const sunday = Date.UTC(2090 + Math.floor(Math.random() * 100_000), 0, 1);
    const ctx = testContext({ now: () => Date.now() });
    await openTraining(testContext({ now: () => sunday }));
    await openTraining(testContext({ now: () => sunday }));
    // A sweep that is killed after it has claimed: its claim holds until it lapses.
    await continueTraining(ctx, { listed: 100_000, trained: 0, claimedMs: 60_000, workMs: 60_000 });
    await env.DB.prepare("UPDATE forecast_due SET claim = 'dead', claimed_until = ?2 WHERE subject = ?1")
      .bind(forms[0]?.formId, Date.now() + 60_000)
      .run();
    const limits = { listed: 100_000, trained: 100_000, claimedMs: 60_000, workMs: 60_000 };
    await Promise.all([continueTraining(ctx, limits), continueTraining(ctx, limits)]);
    expect(await Promise.all(forms.map(({ formId }) => count(formId)))).toEqual([0, 1, 1]);
    expect(await due(forms[0]?.formId ?? "")).toBe(1);
    await continueTraining(testContext({ now: () => Date.now() + 61_000 }), limits);
    expect(await Promise.all(forms.map(({ formId }) => count(formId)))).toEqual([1, 1, 1]);
    expect(await Promise.all(forms.map(({ formId }) => due(formId)))).toEqual([0, 0, 0]);
  });

  test("a form that cannot be trained does not stay on the list for ever", async () => {
    await env.DB.prepare("INSERT INTO forecast_due (subject, workspace_id, run) VALUES ('frm_gone', 'ws_gone', '2026-01-04')").run();
    const limits = { listed: 0, trained: 1_000, claimedMs: 0, workMs: 60_000 };
    await continueTraining(testContext(), limits);
    expect(await due("frm_gone")).toBe(0);
  });
});

test("its queries use indexes", async () => {
  const watched = watch();
  const ctx = testContext({}, { DB: watched.db });
  await openTraining(ctx);
  await continueTraining(ctx, { listed: 10, trained: 5, claimedMs: 60_000, workMs: 10_000 });
  expect(watched.statements()).toBeGreaterThan(4);
  // The index of what is not listed yet holds a row or none; a list that was handed over is read as a whole.
  const small = /forecast_runs_unlisted|^SCAN \w+ VIRTUAL TABLE/;
  expect((await watched.scans()).filter((scan) => !small.test(scan))).toEqual([]);
});

function dateIn(days: number): string {
  return new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
}
