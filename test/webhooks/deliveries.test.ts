import { Webhook } from "standardwebhooks";
import { afterEach, expect, test, vi } from "vitest";
import { verifyHexSignature, verifyWebhook } from "../../src/webhooks/verify";
import { newestMail } from "../support/mailbox";
import { eventually, hookWorld, receiver } from "./support";

afterEach(() => vi.restoreAllMocks());

test("a submitted response is delivered once, signed, with its place in the chain", async () => {
  const world = await hookWorld();
  const target = receiver();
  const hook = await world.hook({ url: target.url, form_id: world.formId, headers: { "X-Team": "blue" } });
  const first = await world.accepted({ name: "Ada" });
  const second = await world.accepted({ name: "Bob" });
  await eventually(() => expect(target.sent.length).toBe(2));
  const [a, b] = [first, second].map((response) => target.sent.find(({ body }) => body.data.id === response.id));
  if (a === undefined || b === undefined) throw new Error("Somebody was not told of");
  expect(a.body).toMatchObject({
    type: "response.submitted",
    workspace_id: world.workspaceId,
    form_id: world.formId,
    form_seq: first.seq,
    data: { id: first.id, status: "complete", data: { name: "Ada" } },
  });
  expect(b.body.prev_hash).toBe(a.body.hash);
  const { entries } = await world.json<{ entries: { seq: number; hash: string }[] }>("GET", `/api/v1/forms/${world.formId}/entries`);
  expect(a.body.hash).toBe(entries.find(({ seq }) => seq === first.seq)?.hash);

  const headers = Object.fromEntries(a.headers);
  expect(headers).toMatchObject({
    "content-type": "application/json",
    "x-webhook-id": hook.id,
    "x-webhook-event": "response.submitted",
    "x-webhook-attempt": "1",
    "x-team": "blue",
  });
  expect(headers["webhook-id"]).toBe(headers["x-webhook-delivery"]);
  expect(headers["webhook-timestamp"]).toBe(headers["x-webhook-timestamp"]);
  // The reference implementation agrees, and so does ours.
  expect(new Webhook(hook.secret).verify(a.text, headers)).toEqual(a.body);
  expect(await verifyWebhook(a.text, a.headers, { secret: hook.secret })).toMatchObject({ ok: true, id: headers["webhook-id"] });
  expect(await verifyHexSignature(a.text, headers["x-webhook-signature"] ?? "", hook.secret)).toBe(true);
  expect(await verifyHexSignature(`${a.text} `, headers["x-webhook-signature"] ?? "", hook.secret)).toBe(false);
});

test("each kind of change is an event of its own, and only what was asked for is sent", async () => {
  const world = await hookWorld();
  const all = receiver();
  const some = receiver();
  await world.hook({ url: all.url, events: ["response.submitted", "response.updated", "response.deleted", "response.restored"] });
  await world.hook({ url: some.url, events: ["response.deleted", "form.closed", "form.published"] });
  const { id } = await world.accepted({ name: "Ada" });
  const path = `/api/v1/forms/${world.formId}/responses/${id}`;
  await world.json("PATCH", path, { data: { name: "Ada L." } });
  await world.json("DELETE", path);
  await world.json("POST", `${path}/restore`);
  await world.json("POST", `${path}/erase`);
  await world.json("POST", `/api/v1/forms/${world.formId}/close`);
  await world.json("POST", `/api/v1/forms/${world.formId}/publish`);
  await eventually(() => expect([all.sent.length, some.sent.length]).toEqual([5, 4]));
  expect(all.sent.map(({ body }) => body.type).sort()).toEqual([
    "response.deleted",
    "response.deleted",
    "response.restored",
    "response.submitted",
    "response.updated",
  ]);
  const stored = some.sent.filter(({ body }) => body.type.startsWith("form."));
  expect(stored.map(({ body }) => [body.type, body.form_id, body.data.id, body.data.version]).sort()).toEqual([
    ["form.closed", world.formId, world.formId, 1],
    ["form.published", world.formId, world.formId, 2],
  ]);
  // Four deliveries of one response to one endpoint, each with an id of its own.
  expect(new Set(all.sent.map(({ headers }) => headers.get("webhook-id"))).size).toBe(5);
});

test("a partial answer is nobody's business until it is complete", async () => {
  const world = await hookWorld();
  const target = receiver();
  await world.hook({ url: target.url, events: ["response.submitted", "response.updated"] });
  const { resume_token: token } = await world.accepted({ name: "Ad" }, { body: { status: "partial" } });
  const done = await world.accepted({ name: "Ada" }, { body: { resume_token: token } });
  await eventually(() => expect(target.sent.map(({ body }) => [body.type, body.data.id])).toEqual([["response.submitted", done.id]]));
});

test("a filter is asked of the response, by its form's fields", async () => {
  const world = await hookWorld();
  const target = receiver();
  await world.hook({ url: target.url, form_id: world.formId, filter: { "data.department": "IT", score: { $gte: 5 } } });
  await world.accepted({ name: "A", department: "HR", score: 9 });
  await world.accepted({ name: "B", department: "IT", score: 4 });
  const yes = await world.accepted({ name: "C", department: "IT", score: 5 });
  await eventually(() => expect(target.sent.map(({ body }) => body.data.id)).toEqual([yes.id]));
});

test("another workspace's endpoint hears nothing, nor does one of another form", async () => {
  const world = await hookWorld();
  const stranger = await hookWorld();
  const [own, theirs, otherForm] = [receiver(), receiver(), receiver()];
  const form = await world.json<{ id: string }>("POST", "/api/v1/forms", {
    title: "Other",
    schema: { fields: [{ name: "a", type: "number", label: "A" }] },
  });
  await stranger.hook({ url: theirs.url });
  await world.hook({ url: otherForm.url, form_id: form.id });
  await world.hook({ url: own.url });
  await world.accepted({ name: "Ada" });
  await eventually(() => expect(own.sent.length).toBe(1));
  expect([theirs.sent.length, otherForm.sent.length]).toEqual([0, 0]);
});

test("a template says what is sent: typed when a placeholder stands alone, filters, defaults", async () => {
  const world = await hookWorld();
  const target = receiver();
  const template = {
    text: "{{data.name}} of {{form.title}} scored {{data.score}}",
    score: "{{data.score}}",
    tags: "{{data.tags}}",
    agrees: "{{data.agree}}",
    missing: "{{data.email}}",
    seq: "{{form_seq}}",
    id: "{{response.id}}",
    fixed: [1, true, null],
  };
  await world.hook({ url: target.url, form_id: world.formId, template });
  const response = await world.accepted({ name: "Ada", score: 7.5, tags: ["a", "b"], agree: true });
  await eventually(() => expect(target.sent.length).toBe(1));
  expect(target.sent[0]?.body).toEqual({
    text: "Ada of Survey scored 7.5",
    score: 7.5,
    tags: ["a", "b"],
    agrees: true,
    missing: null,
    seq: response.seq,
    id: response.id,
    fixed: [1, true, null],
  });
});

test("fields that must not leave do not leave, in a template neither", async () => {
  const world = await hookWorld();
  const [plain, filled] = [receiver(), receiver()];
  await world.hook({ url: plain.url, redact: ["email"] });
  await world.hook({ url: filled.url, redact: ["email"], template: { to: "{{data.email}}", raw: "{{response}}" } });
  await world.accepted({ name: "Ada", email: "ada@example.com" });
  await eventually(() => expect([plain.sent.length, filled.sent.length]).toEqual([1, 1]));
  expect(plain.sent[0]?.body.data).toMatchObject({ data: { name: "Ada" }, redacted: ["email"] });
  expect(`${plain.sent[0]?.text}${filled.sent[0]?.text}`).not.toContain("ada@example.com");
});

test("a failing endpoint is asked again by the schedule, under the same id; a healthy one hears each event once", async () => {
  const world = await hookWorld();
  const healthy = receiver();
  const failing = receiver((_, before) => new Response("later", { status: before < 1 ? 500 : 200 }));
  const hook = await world.hook({ url: failing.url });
  await world.hook({ url: healthy.url });
  const { id } = await world.accepted({ name: "Ada" });
  await eventually(() => expect(failing.sent.length).toBe(2));
  const path = `/api/v1/forms/${world.formId}/responses/${id}/deliveries`;
  await eventually(async () => {
    const { deliveries } = await world.json<{ deliveries: Record<string, unknown>[] }>("GET", path);
    expect(deliveries.map(({ status, attempts }) => [status, attempts]).sort()).toEqual([
      ["delivered", 1],
      ["delivered", 2],
    ]);
  });
  expect(healthy.sent.length).toBe(1);
  expect(failing.sent.map(({ headers }) => headers.get("X-Webhook-Attempt"))).toEqual(["1", "2"]);
  expect(new Set(failing.sent.map(({ headers }) => headers.get("webhook-id"))).size).toBe(1);
  const { attempts } = await world.json<{ attempts: Record<string, unknown>[] }>("GET", `/api/v2/webhooks/${hook.id}/attempts`);
  expect(attempts.map(({ attempt, status, outcome, response, error }) => [attempt, status, outcome, response, error])).toEqual([
    [2, 200, "delivered", "later", null],
    [1, 500, "failed", "later", "Answered 500."],
  ]);
  const [second, first] = attempts.map(({ at }) => Date.parse(String(at)));
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(1_000);
  expect(await world.json("GET", `/api/v2/webhooks/${hook.id}/metrics?days=1`)).toMatchObject({
    delivered: 1,
    failed: 1,
    pending: 0,
    dead: 0,
    success_rate: 0.5,
    by_day: [{ delivered: 1, failed: 1, dead: 0 }],
  });
});

test("410 disables the endpoint, tells the admins, and nothing is sent there any more", async () => {
  const world = await hookWorld();
  const admin = await world.member("admin");
  const target = receiver(() => new Response(null, { status: 410 }));
  const hook = await world.hook({ url: target.url });
  await world.accepted({ name: "Ada" });
  await eventually(async () => expect(await world.json("GET", `/api/v2/webhooks/${hook.id}`)).toMatchObject({ status: "disabled" }));
  await eventually(async () => expect(await newestMail(admin.email, "webhook-disabled")).not.toBeNull());
  await world.accepted({ name: "Bob" });
  const { dead_letters: dead } = await world.json<{ dead_letters: { id: string }[] }>("GET", "/api/v2/webhooks/dead-letters");
  expect(dead.length).toBe(1);
  expect(target.sent.length).toBe(1);

  // Back after all: resumed, and the dead letter sent again under the id it had.
  target.answer = () => new Response("fine");
  expect(await world.json("POST", `/api/v2/webhooks/${hook.id}/resume`)).toMatchObject({ status: "active", circuit: "closed" });
  await world.json("POST", `/api/v2/webhooks/dead-letters/${dead[0]?.id}/retry`);
  await eventually(() => expect(target.sent.length).toBe(2));
  expect(target.sent[1]?.headers.get("webhook-id")).toBe(target.sent[0]?.headers.get("webhook-id"));
  expect(target.sent[1]?.headers.get("X-Webhook-Attempt")).toBe("2");
});
