import { env } from "cloudflare:test";
import { beforeAll, describe, expect, test } from "vitest";
import { alertPort, forgetOldAlerts, listAlerts } from "../../../src/alerts";
import { checkDueForms, watchCommits } from "../../../src/analytics";
import { ledgerOf } from "../../../src/responses";
import { asSystem } from "../../../src/shared/context";
import { testContext } from "../../support/context";
import { watch } from "../../support/plans";
import { told } from "../../support/told";
import { type PastAnswer, submitPast } from "../forecast/past";
import { type AnalysedWorld, createAnalysed } from "../support";

interface Anomaly {
  kind: string;
  date: string;
  from: string;
  to: string;
  observed: number;
  expected: number;
  lower: number;
  upper: number;
  direction: string;
  severity: string;
  likely_causes: { kind: string; value: string | null; explains: number }[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const today = Math.floor(Date.now() / DAY) * DAY;
const dateOf = (daysAgo: number) => new Date(today - daysAgo * DAY).toISOString().slice(0, 10);
const DESKTOP = { userAgent: "Mozilla/5.0 (X11; Linux)", country: "DE" };
const PHONE = { userAgent: "Mozilla/5.0 (iPhone) Mobile", country: "DE" };

/** Forty a day, three in four from phones, for so many days; `keep` may drop some. */
function ordinary(days: number, keep: (daysAgo: number, hour: number, visit: typeof PHONE) => boolean = () => true): PastAnswer[] {
  const answers: PastAnswer[] = [];
  for (let daysAgo = days; daysAgo >= 1; daysAgo--) {
    for (let hour = 8; hour < 18; hour++) {
      for (const [i, visit] of [DESKTOP, PHONE, PHONE, PHONE].entries()) {
        if (keep(daysAgo, hour, visit)) answers.push({ at: today - daysAgo * DAY + hour * HOUR + i * 600_000, visit });
      }
    }
  }
  return answers;
}

async function anomaliesOf(form: AnalysedWorld, query = ""): Promise<Anomaly[]> {
  const reply = await form.call("GET", `/api/v2/analytics/forms/${form.formId}/anomalies${query}`);
  expect(reply.status, await reply.clone().text()).toBe(200);
  return (await reply.json<{ anomalies: Anomaly[] }>()).anomalies;
}

describe("a month of ordinary answers, with a day on which phones could not send", () => {
  let form: AnalysedWorld;
  beforeAll(async () => {
    form = await createAnalysed();
    await submitPast(
      form,
      ordinary(32, (daysAgo, _hour, visit) => daysAgo !== 3 || visit === DESKTOP),
    );
  }, 60_000);

  test("the day is told, how far off it was, and that it was the phones", async () => {
    // Nobody has come today: from the afternoon on that is a silence, which is another test's.
    const found = (await anomaliesOf(form)).filter(({ kind }) => kind !== "silence");
    expect(found.map(({ kind, date }) => [kind, date])).toEqual([["drop", dateOf(3)]]);
    const [drop] = found;
    expect(drop).toMatchObject({ observed: 10, direction: "down" });
    expect(drop?.expected).toBeGreaterThan(35);
    expect(drop?.lower).toBeGreaterThan(10);
    expect(drop?.upper).toBeGreaterThan(40);
    expect(drop?.likely_causes[0]).toMatchObject({ kind: "device", value: "phone" });
    expect(drop?.likely_causes[0]?.explains).toBeGreaterThan(0.9);
  });

  test("days outside the range are not told", async () => {
    expect(await anomaliesOf(form, `?start_date=${dateOf(2)}&end_date=${dateOf(1)}`)).toEqual([]);
  });

  test("a range that is reversed or too long is refused", async () => {
    for (const query of ["?start_date=2026-02-01&end_date=2026-01-01", "?start_date=2020-01-01&end_date=2026-01-01"]) {
      expect((await form.call("GET", `/api/v2/analytics/forms/${form.formId}/anomalies${query}`)).status).toBe(422);
    }
  });

  test("a detector can be tried before it is saved, and keeps nothing", async () => {
    const path = `/api/v2/analytics/forms/${form.formId}/detectors`;
    const tried = await form.call("POST", `${path}/try`, { kind: "drop", sensitivity: "high" });
    expect(tried.status, await tried.clone().text()).toBe(200);
    const { anomalies, judged_days: judged } = await tried.json<{ anomalies: Anomaly[]; judged_days: number }>();
    expect(anomalies.map(({ date }) => date)).toEqual([dateOf(3)]);
    expect(judged).toBeGreaterThan(8);
    const numb = await form.call("POST", `${path}/try`, { kind: "drop", sensitivity: "low", minimum: 1_000 });
    expect((await numb.json<{ anomalies: Anomaly[] }>()).anomalies).toEqual([]);
    expect(await (await form.call("GET", path)).json()).toMatchObject({ detectors: [] });
  });

  test("by night the day before is judged, and an alert is opened once and closed when it is over", async () => {
    const ctx = asSystem(testContext({ now: () => today - 2 * DAY + HOUR }), form.workspaceId);
    const due = () =>
      env.DB.prepare(
        "INSERT INTO anomaly_watch (form_id, workspace_id, next_check_at, updated_at) VALUES (?1, ?2, 0, 0) ON CONFLICT DO UPDATE SET next_check_at = 0, judged_day = NULL",
      )
        .bind(form.formId, form.workspaceId)
        .run();
    await due();
    await checkDueForms(ctx);
    await due();
    await checkDueForms(ctx);
    const open = await listAlerts(ctx, { state: "open", limit: 10 });
    expect(open.items.map(({ formId, source, times, title }) => [formId, source, times, title])).toEqual([
      [form.formId, "anomaly", 2, "Responses fell 75 % below what was expected"],
    ]);
    expect(open.items[0]?.details).toMatchObject({ kind: "drop", date: dateOf(3), likely_causes: [{ kind: "device", value: "phone" }] });
    await due();
    await checkDueForms(asSystem(testContext({ now: () => today - DAY + HOUR }), form.workspaceId));
    expect((await listAlerts(ctx, { state: "open", limit: 10 })).items).toEqual([]);
    const listed = await form.call("GET", `/api/v2/alerts?form_id=${form.formId}`);
    expect(await listed.json()).toMatchObject({ alerts: [{ state: "closed", closed_by: "over" }] });
  });

  test("a silence is told when as many were missing as it takes, and is over when somebody comes", async () => {
    const at = (hour: number) => asSystem(testContext({ now: () => today + hour * HOUR }), form.workspaceId);
    const check = async (hour: number) => {
      await env.DB.prepare(
        "INSERT INTO anomaly_watch (form_id, workspace_id, next_check_at, updated_at) VALUES (?1, ?2, 0, 0) ON CONFLICT DO UPDATE SET next_check_at = 0",
      )
        .bind(form.formId, form.workspaceId)
        .run();
      await checkDueForms(at(hour));
      const row = await env.DB.prepare("SELECT next_check_at FROM anomaly_watch WHERE form_id = ?1")
        .bind(form.formId)
        .first<{ next_check_at: number }>();
      return ((row?.next_check_at ?? 0) - today) / HOUR;
    };
    // At eight nothing is missing yet; by then it knows when it would be.
    const again = await check(8);
    expect(again).toBeGreaterThan(11);
    expect(again).toBeLessThan(16);
    expect((await listAlerts(at(8), { state: "open", limit: 10 })).items).toEqual([]);
    await check(again + 0.1);
    const open = await listAlerts(at(again), { state: "open", limit: 10 });
    expect(open.items[0]?.title).toMatch(/^No response for \d+ h where \d+ were expected$/);
    await submitPast(form, [{ at: today + 17 * HOUR }]);
    await check(17.5);
    expect((await listAlerts(at(18), { state: "open", limit: 10 })).items).toEqual([]);
  });
});

test("nobody is alarmed by the silence of a form that was closed", async () => {
  const form = await createAnalysed();
  await submitPast(form, ordinary(24));
  const at = (hours: number) => asSystem(testContext({ now: () => today + hours * HOUR }), form.workspaceId);
  // Its own answers are looked at by the real clock as well, which may be ahead of these hours and put the next look off.
  const check = async (hours: number) => {
    await env.DB.prepare("UPDATE anomaly_watch SET next_check_at = 0 WHERE form_id = ?1").bind(form.formId).run();
    await checkDueForms(at(hours));
  };
  await watchCommits(at(0.1), told({ formId: form.formId, workspaceId: form.workspaceId, toSeq: 2 }));
  await check(0.2);
  await check(16);
  expect((await listAlerts(at(16), { state: "open", limit: 10 })).items).toMatchObject([{ details: { kind: "silence" } }]);
  expect((await form.call("POST", `/api/v1/forms/${form.formId}/close`)).status).toBe(200);
  await check(18);
  expect((await listAlerts(at(18), { state: "open", limit: 10 })).items).toEqual([]);
  await check(41);
  expect((await listAlerts(at(41), { state: "open", limit: 10 })).items).toEqual([]);
}, 60_000);

test("on commit, far too many within the hour are told at once, and asking again within minutes costs nothing", async () => {
  // Apart from the hour it is now: the form's own answers are settled, and looked at, by the real clock.
  const busy = new Date().getUTCHours() < 12 ? 15 : 9;
  const form = await createAnalysed();
  await submitPast(form, ordinary(24));
  const noon = () => asSystem(testContext({ now: () => today + (busy + 0.5) * HOUR }), form.workspaceId);
  await env.DB.prepare(
    "INSERT INTO anomaly_watch (form_id, workspace_id, next_check_at, updated_at) VALUES (?1, ?2, 0, 0) ON CONFLICT DO UPDATE SET next_check_at = 0",
  )
    .bind(form.formId, form.workspaceId)
    .run();
  await checkDueForms(asSystem(testContext({ now: () => today + HOUR }), form.workspaceId));
  await submitPast(
    form,
    Array.from({ length: 60 }, (_, i) => ({
      at: today + busy * HOUR + i * 1_000,
      visit: { ...(i % 4 === 0 ? DESKTOP : PHONE), referrer: "news.example" },
    })),
  );
  const range = told({ formId: form.formId, workspaceId: form.workspaceId, toSeq: 2 });
  const watched = watch();
  const looking = watchCommits(noon(), range);
  // At once, before the form's own answers are looked at once more, by the real clock.
  await watchCommits(
    { ...noon(), ...testContext({ now: () => today + (busy + 0.5) * HOUR + 1_000 }, { DB: watched.db }), actor: noon().actor },
    range,
  );
  expect(watched.statements()).toBe(0);
  await looking;
  const { items } = await listAlerts(noon(), { state: "open", limit: 10 });
  expect(items.map(({ title }) => title)).toEqual([expect.stringMatching(/^60 responses where \d+ were expected$/)]);
  expect(items[0]?.details).toMatchObject({ kind: "spike", likely_causes: [{ kind: "referrer", value: "news.example" }] });
});

test("who was turned away is among the causes: the field that nobody could fill in", async () => {
  const form = await createAnalysed();
  await submitPast(
    form,
    ordinary(24, (daysAgo) => daysAgo !== 2),
  );
  await ledgerOf(env, form.formId, 0).refusedElsewhere(
    [
      ["invalid", 38],
      ["invalid:email", 38],
    ],
    today - 2 * DAY + 12 * HOUR,
    form.workspaceId,
  );
  const found = await anomaliesOf(form);
  const drop = found.find(({ kind }) => kind === "drop");
  expect(drop).toMatchObject({ date: dateOf(2), observed: 0, likely_causes: [{ kind: "validation_errors", value: "email" }] });
  expect(found.find(({ kind }) => kind === "silence")).toMatchObject({ date: dateOf(3), observed: 0 });
});

test("what the form itself refuses is counted by field, and nothing that a stranger names", async () => {
  const form = await createAnalysed();
  expect((await form.submit({})).status).toBe(422);
  expect((await form.submit({ name: "Ada", email: "no" })).status).toBe(422);
  expect((await form.submit({ name: "Ada", evil: "x" })).status).toBe(422);
  const ledger = env.LEDGER.getByName(`${form.formId}:0`) as unknown as {
    refusalsWithin(spans: number[][]): Promise<{ what: string; count: number }[]>;
  };
  await expect
    .poll(async () => Object.fromEntries((await ledger.refusalsWithin([[0, Date.now() + DAY]])).map(({ what, count }) => [what, count])))
    .toEqual({ invalid: 3, "invalid:name": 1, "invalid:email": 1 });
});

test("a new version is suspected of what happened after it", async () => {
  const form = await createAnalysed();
  await submitPast(
    form,
    ordinary(24, (daysAgo, hour) => daysAgo !== 1 || hour === 8),
  );
  expect((await form.call("POST", `/api/v1/forms/${form.formId}/publish`)).status).toBe(200);
  await env.DB.prepare("UPDATE form_versions SET published_at = ?2 WHERE form_id = ?1 AND version = 2")
    .bind(form.formId, today - DAY + 9 * HOUR)
    .run();
  const drop = (await anomaliesOf(form)).find(({ kind }) => kind === "drop");
  expect(drop).toMatchObject({ date: dateOf(1) });
  expect(drop?.likely_causes[0]).toMatchObject({ kind: "version_published", value: "2" });
});

describe("detectors", () => {
  test("are saved, changed, listed and deleted by whoever may write, and leave an audit trail", async () => {
    const form = await createAnalysed();
    const path = `/api/v2/analytics/forms/${form.formId}/detectors`;
    const body = { name: "Nobody comes", kind: "silence", sensitivity: "high", minimum: 12 };
    const viewer = await form.makeKey(["read"]);
    expect((await form.call("POST", path, body, { key: viewer })).status).toBe(403);
    const made = await form.call("POST", path, body);
    expect(made.status, await made.clone().text()).toBe(201);
    const { id } = await made.json<{ id: string }>();
    expect(id).toMatch(/^det_/);
    expect(await (await form.call("PATCH", `${path}/${id}`, { sensitivity: "low" })).json()).toMatchObject({
      id,
      kind: "silence",
      sensitivity: "low",
    });
    expect(await (await form.call("GET", path)).json()).toMatchObject({ detectors: [{ id, minimum: 12 }] });
    expect((await form.call("DELETE", `${path}/${id}`)).status).toBe(204);
    expect((await form.call("GET", `${path}/${id}`)).status).toBe(404);
    const { results } = await env.DB.prepare("SELECT action FROM audit_log WHERE target_id = ?1 ORDER BY id")
      .bind(id)
      .all<{ action: string }>();
    expect(results.map(({ action }) => action)).toEqual(["detector.created", "detector.updated", "detector.deleted"]);
  });

  test("once a form has its own, it is judged by those alone", async () => {
    const form = await createAnalysed();
    await submitPast(
      form,
      ordinary(24, (daysAgo) => daysAgo !== 2),
    );
    expect((await anomaliesOf(form)).length).toBeGreaterThan(0);
    const path = `/api/v2/analytics/forms/${form.formId}/detectors`;
    await form.call("POST", path, { name: "Crowds", kind: "spike" });
    expect(await anomaliesOf(form)).toEqual([]);
  });
});

test("alerts are one while open, the gravest of what was raised, and opened anew when it happens again", async () => {
  const form = await createAnalysed();
  const ctx = asSystem(testContext(), form.workspaceId);
  const port = alertPort(ctx);
  const alert = { source: "test", key: "k", formId: form.formId, title: "One", details: {} };
  const outcomes = await Promise.all([port.raise({ ...alert, severity: "low" }), port.raise({ ...alert, severity: "high" })]);
  expect(outcomes.sort()).toEqual(["opened", "raised_again"]);
  expect(await port.raise({ ...alert, severity: "medium" })).toBe("raised_again");
  const [only, ...others] = (await listAlerts(ctx, { limit: 10 })).items;
  expect([only?.severity, only?.times, others]).toEqual(["high", 3, []]);
  const closed = await form.call("POST", `/api/v2/alerts/${only?.id}/close`);
  expect(await closed.json()).toMatchObject({ id: only?.id, state: "closed" });
  expect(await port.raise({ ...alert, severity: "low" })).toBe("opened");
});

test("its queries use indexes", async () => {
  const watched = watch();
  const ctx = asSystem(testContext({}, { DB: watched.db }), "ws_none");
  await checkDueForms(ctx, 0);
  for (const state of [undefined, "open", "closed"] as const) await listAlerts(ctx, { state, limit: 10 });
  await listAlerts(ctx, { formId: "frm_none", limit: 10 });
  await alertPort(ctx).over("none");
  await forgetOldAlerts(ctx);
  expect(watched.statements()).toBeGreaterThan(3);
  // A list that was handed over is read as a whole, as it should be.
  expect((await watched.scans()).filter((scan) => !/^SCAN \w+ VIRTUAL TABLE/.test(scan))).toEqual([]);
});
