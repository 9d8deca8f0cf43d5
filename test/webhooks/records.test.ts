import { env } from "cloudflare:test";
import { sql } from "drizzle-orm";
import { afterEach, expect, test, vi } from "vitest";
import { raiseIfChanged } from "../../src/store/events";
import { forgetOldDeliveries, wakeOverdueDeliveries } from "../../src/webhooks";
import { testContext } from "../support/context";
import { newestMail } from "../support/mailbox";
import { eventually, type HookWorld, hookWorld, laneStub, receiver } from "./support";

afterEach(() => vi.restoreAllMocks());

interface Delivery {
  id: string;
  webhook_id: string;
  status: string;
  response_id: string;
  event_type: string;
  form_seq: number;
}

const deliveriesOf = async (world: HookWorld, responseId: string) =>
  (await world.json<{ deliveries: Delivery[] }>("GET", `/api/v1/forms/${world.formId}/responses/${responseId}/deliveries`)).deliveries;
const deadOf = async (world: HookWorld, query = "") =>
  (await world.json<{ dead_letters: Delivery[] }>("GET", `/api/v2/webhooks/dead-letters${query}`)).dead_letters;

/** As if the schedule had been gone through: the next attempt is the last. */
async function lastChance(webhookId: string): Promise<void> {
  await env.DB.prepare("UPDATE webhook_deliveries SET tries = 5, attempts = 5, due_at = 1 WHERE webhook_id = ?1 AND status = 'pending'")
    .bind(webhookId)
    .run();
  await laneStub(webhookId).wake();
}

async function withDeadLetters(count: number) {
  const world = await hookWorld();
  const admin = await world.member("admin");
  const target = receiver(() => new Response("no", { status: 422 }));
  const hook = await world.hook({ url: target.url });
  await world.json("PATCH", `/api/v2/webhooks/${hook.id}`, { status: "paused" });
  const responses = [];
  for (let i = 0; i < count; i++) responses.push(await world.accepted({ name: `N${i}` }));
  await eventually(async () => expect(await world.json("GET", `/api/v2/webhooks/${hook.id}/metrics`)).toMatchObject({ pending: count }));
  await env.DB.prepare("UPDATE webhook_deliveries SET tries = 5, attempts = 5 WHERE webhook_id = ?1").bind(hook.id).run();
  await world.json("POST", `/api/v2/webhooks/${hook.id}/resume`);
  await eventually(async () => expect((await deadOf(world)).length).toBe(count));
  return { world, admin, target, hook, responses };
}

test("dead letters are listed, looked into, and sent again: one, some, all of an endpoint, those of a time", async () => {
  const { world, target, hook, responses } = await withDeadLetters(6);
  const dead = await deadOf(world, `?webhook_id=${hook.id}`);
  expect(dead.every(({ status, webhook_id }) => status === "dead" && webhook_id === hook.id)).toBe(true);
  expect(await deadOf(world, "?until=2026-01-01T00:00:00Z")).toEqual([]);
  const [one, two, three] = dead;
  expect(await world.json("GET", `/api/v2/webhooks/dead-letters/${one?.id}`)).toMatchObject({
    id: one?.id,
    last_status: 422,
    tried: [{ attempt: 6, status: 422, response: "no" }],
    payload: { type: "response.submitted", data: { id: one?.response_id } },
  });
  target.answer = () => new Response("yes");
  expect(await world.json("POST", `/api/v2/webhooks/dead-letters/${one?.id}/retry`)).toMatchObject({ status: "pending" });
  await eventually(() => expect(target.sent.length).toBe(7));
  expect((await world.call("POST", `/api/v2/webhooks/dead-letters/${one?.id}/retry`)).status).toBe(409);
  expect(await world.json("POST", "/api/v2/webhooks/dead-letters/retry", { ids: [two?.id, three?.id, "dlv_unknown"] })).toEqual({
    retried: 2,
    more: false,
  });
  expect(await world.json("POST", "/api/v2/webhooks/dead-letters/retry", { until: "2026-01-01T00:00:00Z" })).toEqual({
    retried: 0,
    more: false,
  });
  expect(await world.json("POST", "/api/v2/webhooks/dead-letters/retry", { webhook_id: hook.id })).toEqual({ retried: 3, more: false });
  await eventually(async () => {
    for (const { id } of responses) expect((await deliveriesOf(world, id)).map(({ status }) => status)).toEqual(["delivered"]);
  });
  expect(await deadOf(world)).toEqual([]);
  expect((await world.call("POST", "/api/v2/webhooks/dead-letters/retry", {})).status).toBe(422);
});

test("many dead letters make one mail an hour, which counts them", async () => {
  const { world, admin, hook } = await withDeadLetters(4);
  await eventually(async () => expect(await newestMail(admin.email, "webhook-dead-letters")).not.toBeNull());
  await world.accepted({ name: "One more" });
  await eventually(async () => expect(await world.json("GET", `/api/v2/webhooks/${hook.id}/metrics`)).toMatchObject({ pending: 1 }));
  await lastChance(hook.id);
  await eventually(async () => expect((await deadOf(world)).length).toBe(5));
  const { results } = await env.DB.prepare("SELECT subject FROM mail_messages WHERE recipient = ?1")
    .bind(admin.email)
    .all<{ subject: string }>();
  expect(results.length).toBe(1);
  const row = await env.DB.prepare("SELECT dead_untold FROM webhooks WHERE id = ?1").bind(hook.id).first<{ dead_untold: number }>();
  expect(row?.dead_untold).toBeGreaterThan(0);
});

test("who asks hears of dead letters as an event, but never of those of that event", async () => {
  const world = await hookWorld();
  const [failing, watching] = [receiver(() => new Response(null, { status: 422 })), receiver()];
  const hook = await world.hook({ url: failing.url });
  await world.hook({ url: watching.url, events: ["webhook.dead_lettered"] });
  const { id } = await world.accepted({ name: "Ada" });
  await eventually(() => expect(failing.sent.length).toBe(1));
  await eventually(async () => expect(await world.json("GET", `/api/v2/webhooks/${hook.id}/metrics`)).toMatchObject({ failed: 1 }));
  await lastChance(hook.id);
  await eventually(() => expect(watching.sent.length).toBe(1));
  expect(watching.sent[0]?.body).toMatchObject({
    type: "webhook.dead_lettered",
    form_id: world.formId,
    data: { webhook_id: hook.id, event_type: "response.submitted", response_id: id, attempts: 6, last_status: 422 },
  });
});

test("proof of delivery names each endpoint's outcome, and only to its own workspace", async () => {
  const world = await hookWorld();
  const stranger = await hookWorld();
  const [a, b] = [receiver(), receiver(() => new Response(null, { status: 500 }))];
  await world.hook({ url: a.url });
  await world.hook({ url: b.url });
  const { id } = await world.accepted({ name: "Ada" });
  await eventually(async () =>
    expect((await deliveriesOf(world, id)).map(({ status, event_type, form_seq }) => [status, event_type, form_seq]).sort()).toEqual([
      ["delivered", "response.submitted", 1],
      ["pending", "response.submitted", 1],
    ]),
  );
  expect((await stranger.call("GET", `/api/v1/forms/${world.formId}/responses/${id}/deliveries`)).status).toBe(404);
});

test("the past is sent to an endpoint that was not there: a stretch of the chain, one response, events by id", async () => {
  const world = await hookWorld();
  const responses = [];
  for (let i = 0; i < 5; i++) responses.push(await world.accepted({ name: `N${i}`, score: i }));
  await world.list();
  const target = receiver();
  const hook = await world.hook({ url: target.url, form_id: world.formId, filter: { score: { $gte: 2 } } });
  const replay = (body: unknown) => world.json("POST", `/api/v2/webhooks/${hook.id}/replay`, body);
  expect(await replay({ form_id: world.formId, from_seq: 1, to_seq: 4 })).toEqual({ replayed: 2, next_seq: null, more: false });
  await eventually(() => expect(target.sent.map(({ body }) => body.form_seq).sort()).toEqual([3, 4]));
  await eventually(async () =>
    expect(await world.json("GET", `/api/v2/webhooks/${hook.id}/metrics`)).toMatchObject({ pending: 0, delivered: 2 }),
  );
  // Again: under the ids they had.
  expect(await replay({ form_id: world.formId, response_id: responses[2]?.id })).toMatchObject({ replayed: 1 });
  await eventually(() => expect(target.sent.length).toBe(3));
  expect(target.sent[2]?.headers.get("webhook-id")).toBe(target.sent.find(({ body }) => body.form_seq === 3)?.headers.get("webhook-id"));
  expect(await replay({ event_ids: [target.sent[0]?.body.id] })).toMatchObject({ replayed: 1 });
  await eventually(() => expect(target.sent.length).toBe(4));
  await eventually(async () => expect(await world.json("GET", `/api/v2/webhooks/${hook.id}/metrics`)).toMatchObject({ pending: 0 }));
  expect(await replay({ since: new Date(Date.now() - 3_600_000).toISOString() })).toMatchObject({ replayed: 2 });
  await eventually(() => expect(target.sent.length).toBe(6));
  expect((await world.call("POST", `/api/v2/webhooks/${hook.id}/replay`, {})).status).toBe(422);
});

test("what was erased is not sent: a delivery holds no answers", async () => {
  const world = await hookWorld();
  const target = receiver();
  const hook = await world.hook({ url: target.url });
  await world.json("PATCH", `/api/v2/webhooks/${hook.id}`, { status: "paused" });
  const { id } = await world.accepted({ name: "Ada", email: "ada@example.com" });
  await eventually(async () => expect(await world.json("GET", `/api/v2/webhooks/${hook.id}/metrics`)).toMatchObject({ pending: 1 }));
  await world.json("POST", `/api/v1/forms/${world.formId}/responses/${id}/erase`);
  await world.list();
  await world.json("POST", `/api/v2/webhooks/${hook.id}/resume`);
  await eventually(() => expect(target.sent.length).toBe(1));
  expect(target.sent[0]?.body.data).toMatchObject({ id, data: {} });
  expect(target.sent[0]?.text).not.toContain("ada@example.com");
});

/** In a batch with a change of that workspace, which need not exist. */
async function raise(ctx: ReturnType<typeof testContext>, event: Parameters<typeof raiseIfChanged>[1], changed = event.workspaceId) {
  const raised = raiseIfChanged(ctx, event);
  await ctx.db.batch([ctx.db.run(sql`UPDATE workspaces SET name = 'x' WHERE id = ${changed}`), raised.statement]);
  await raised.wake();
}

test("an event is told once its batch has gone through, and nothing is told of what did not happen", async () => {
  const world = await hookWorld();
  const target = receiver();
  await world.hook({ url: target.url, events: ["export.completed", "schedule.failed"] });
  const ctx = testContext();
  const event = { workspaceId: world.workspaceId, type: "export.completed", formId: world.formId, data: { id: "exp_1", rows: 3 } } as const;
  await raise(ctx, event, "nobody");
  await raise(ctx, { ...event, type: "schedule.failed", data: { id: "sch_1" } });
  await eventually(() => expect(target.sent.map(({ body }) => [body.type, body.data])).toEqual([["schedule.failed", { id: "sch_1" }]]));
});

test("a queue that forgets loses nothing: the minute sweep wakes what is overdue", async () => {
  const world = await hookWorld();
  const target = receiver();
  const hook = await world.hook({ url: target.url, events: ["response.submitted", "form.closed"] });
  const deaf = { send: async () => {}, sendBatch: async () => {} } as unknown as Queue;
  await raise(testContext({}, { DELIVERIES: deaf }), {
    workspaceId: world.workspaceId,
    type: "form.closed",
    formId: world.formId,
    data: {},
  });
  const { id } = await world.accepted({ name: "Ada" });
  await eventually(() => expect(target.sent.length).toBe(1));
  await env.DB.prepare("UPDATE webhook_deliveries SET status = 'pending', attempts = 0, due_at = 1 WHERE response_id = ?1").bind(id).run();
  const woken: unknown[] = [];
  const queue = { sendBatch: async (messages: { body: unknown }[]) => woken.push(...messages.map(({ body }) => body)) } as unknown as Queue;
  await wakeOverdueDeliveries(testContext({ now: () => Date.now() + 120_000 }, { DELIVERIES: queue }));
  expect(woken).toContainEqual(expect.objectContaining({ type: "wake", webhook_id: hook.id }));
  expect(woken).toContainEqual(expect.objectContaining({ type: "event" }));
  await env.DELIVERIES.sendBatch(woken.map((body) => ({ body })));
  await eventually(() =>
    expect(target.sent.map(({ body }) => body.type).sort()).toEqual(["form.closed", "response.submitted", "response.submitted"]),
  );
});

test("a deleted endpoint is sent nothing more, and its waiting deliveries are called off", async () => {
  const world = await hookWorld();
  const target = receiver(() => new Response(null, { status: 500 }));
  const hook = await world.hook({ url: target.url });
  const { id } = await world.accepted({ name: "Ada" });
  await eventually(() => expect(target.sent.length).toBe(1));
  await eventually(async () => expect((await deliveriesOf(world, id))[0]).toMatchObject({ attempts: 1 }));
  await world.call("DELETE", `/api/v2/webhooks/${hook.id}`, undefined, { as: "admin" });
  expect((await deliveriesOf(world, id)).map(({ status }) => status)).toEqual(["cancelled"]);
});

test("what waited at a paused endpoint for three days is a dead letter; old attempts and deliveries are forgotten, waiting ones never", async () => {
  const world = await hookWorld();
  const [target, paused] = [receiver(), receiver()];
  const hook = await world.hook({ url: target.url });
  const other = await world.hook({ url: paused.url });
  await world.json("PATCH", `/api/v2/webhooks/${other.id}`, { status: "paused" });
  const { id } = await world.accepted({ name: "Ada" });
  await eventually(async () =>
    expect((await deliveriesOf(world, id)).map(({ status }) => status).sort()).toEqual(["delivered", "pending"]),
  );
  const later = (days: number) => testContext({ now: () => Date.now() + days * 24 * 3_600_000 });
  await forgetOldDeliveries(later(2));
  expect((await deliveriesOf(world, id)).map(({ status }) => status).sort()).toEqual(["delivered", "pending"]);
  await forgetOldDeliveries(later(4));
  expect((await deliveriesOf(world, id)).map(({ status }) => status).sort()).toEqual(["dead", "delivered"]);
  await forgetOldDeliveries(later(31));
  expect(await world.json("GET", `/api/v2/webhooks/${hook.id}/attempts`)).toMatchObject({ attempts: [] });
  expect((await deliveriesOf(world, id)).length).toBe(2);
  await forgetOldDeliveries(later(91));
  expect(await deliveriesOf(world, id)).toEqual([]);
});
