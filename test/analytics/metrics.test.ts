import { expect, test } from "vitest";
import { createWorld } from "../support/world";
import { createAnalysed } from "./support";

test("numbers are right with the reply to each submit, edit, delete and restore", async () => {
  const form = await createAnalysed();
  expect(await form.metrics()).toMatchObject({
    form_id: form.formId,
    total_responses: 0,
    today_submissions: 0,
    completion_rate: 0,
    average_response_time: null,
    views: 0,
    starts: 0,
    partials: 0,
    last_submitted_at: null,
  });
  const first = await form.accepted({ name: "Ada" });
  expect(await form.metrics()).toMatchObject({
    total_responses: 1,
    today_submissions: 1,
    completion_rate: 1,
    last_submitted_at: first.submitted_at,
  });
  const second = await form.accepted({ name: "Grace" });
  expect(await form.metrics()).toMatchObject({ total_responses: 2, last_submitted_at: second.submitted_at });
  await form.remove(second.id);
  expect(await form.metrics()).toMatchObject({
    total_responses: 1,
    today_submissions: 1,
    starts: 1,
    last_submitted_at: first.submitted_at,
  });
  expect((await form.restore(second.id)).status).toBe(200);
  expect(await form.metrics()).toMatchObject({ total_responses: 2, last_submitted_at: second.submitted_at });
  expect((await form.edit(first.id, { name: "Countess" })).status).toBe(200);
  expect(await form.metrics()).toMatchObject({ total_responses: 2, starts: 2, last_submitted_at: second.submitted_at });
});

test("partial answers and starts make the completion rate, times to complete their mean", async () => {
  const form = await createAnalysed();
  const path = `/api/v1/forms/${form.formId}`;
  await form.call("POST", `${path}/starts`, {}, { key: null });
  await form.accepted({ name: "half" }, { body: { status: "partial" } });
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString();
  await form.accepted({ name: "slow" }, { body: { started_at: ago(30) } });
  await form.accepted({ name: "fast" }, { body: { started_at: ago(10) } });
  const metrics = await form.metrics();
  expect(metrics).toMatchObject({ total_responses: 2, partials: 1, starts: 4, completion_rate: 0.5 });
  expect(metrics.average_response_time).toBeGreaterThanOrEqual(20);
  expect(metrics.average_response_time).toBeLessThan(25);
});

test("today is the day of the time zone that was asked for", async () => {
  const form = await createAnalysed();
  await form.accepted({ name: "Ada" });
  for (const zone of ["Asia/Kolkata", "Pacific/Chatham", "America/St_Johns"]) {
    expect((await form.metrics(`?timezone=${zone}`)).today_submissions).toBe(1);
  }
  const reply = await form.call("GET", `/api/v2/analytics/forms/${form.formId}/metrics?timezone=Mars/Olympus`);
  expect(reply.status).toBe(422);
  expect(await reply.json()).toMatchObject({ code: "unknown_timezone", errors: [{ path: "timezone" }] });
});

test("several ledgers add up", async () => {
  const form = await createAnalysed(undefined, { shards: 4 });
  const receipts = await Promise.all(Array.from({ length: 20 }, (_, i) => form.accepted({ name: `n${i}`, department: "IT", score: i })));
  expect(new Set(receipts.map(({ position }) => position.split(":")[0])).size).toBeGreaterThan(1);
  const metrics = await form.metrics();
  expect(metrics).toMatchObject({ total_responses: 20, today_submissions: 20 });
  expect((await form.series()).total).toBe(20);
  expect((await form.distribution("department")).values[0]).toMatchObject({ value: "IT", count: 20 });
  expect((await form.distribution("score")).mean).toBe(9.5);
  await form.accepted({ name: "later" });
  expect(await form.metrics(`?as_of_seq=${metrics.position}`)).toMatchObject({ total_responses: 20 });
});

test("a draft has numbers too, and no stranger sees any", async () => {
  const world = await createWorld();
  const created = await world.call("POST", "/api/v1/forms", { title: "Draft", schema: { fields: [] } });
  const { id } = await created.json<{ id: string }>();
  const path = `/api/v2/analytics/forms/${id}/metrics`;
  expect((await world.call("GET", path)).status).toBe(200);
  expect((await (await createWorld()).call("GET", path)).status).toBe(404);
});
