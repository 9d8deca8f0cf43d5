import { env } from "cloudflare:test";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { verifyWebhook } from "../../src/webhooks/verify";
import { actionsOn } from "../support/audit";
import { createWorld } from "../support/world";
import { eventually, hookWorld, receiver } from "./support";

afterEach(() => vi.restoreAllMocks());

const PATH = "/api/v2/webhooks";
const INPUT = { url: "https://hooks.example.com/in", events: ["response.submitted"] };

async function refused(reply: Promise<Response>): Promise<{ path: string; code: string }[]> {
  const response = await reply;
  expect(response.status).toBe(422);
  return (await response.json<{ errors: { path: string; code: string }[] }>()).errors;
}

describe("an endpoint", () => {
  test("is made with a secret that is shown once and lies sealed, like its headers", async () => {
    const world = await hookWorld();
    const made = await world.hook({ ...INPUT, headers: { Authorization: "Bearer very-secret" }, description: "The warehouse" });
    expect(made).toMatchObject({ ...INPUT, status: "active", circuit: "closed", header_names: ["Authorization"], form_id: null });
    expect(made.id).toMatch(/^whk_/);
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const read = await world.json("GET", `${PATH}/${made.id}`);
    expect(JSON.stringify(read)).not.toContain("whsec_");
    expect(JSON.stringify(await world.json("GET", PATH))).not.toContain("very-secret");
    const row = await env.DB.prepare("SELECT * FROM webhooks WHERE id = ?1").bind(made.id).first();
    expect(JSON.stringify(row)).not.toContain("very-secret");
    expect(JSON.stringify(row)).not.toContain(made.secret.slice("whsec_".length));
    expect(await actionsOn(made.id)).toEqual(["webhook.created"]);
  });

  test("is changed, listed by form, and taken away with its secrets", async () => {
    const world = await hookWorld();
    const one = await world.hook({ ...INPUT, form_id: world.formId });
    await world.hook(INPUT);
    expect(
      await world.json("PATCH", `${PATH}/${one.id}`, { description: "new", rate_limit_per_minute: 30, headers: { "X-A": "b" } }),
    ).toMatchObject({
      description: "new",
      rate_limit_per_minute: 30,
      header_names: ["X-A"],
      url: INPUT.url,
    });
    const { webhooks } = await world.json<{ webhooks: { id: string }[] }>("GET", `${PATH}?form_id=${world.formId}`);
    expect(webhooks.map(({ id }) => id)).toEqual([one.id]);
    await world.call("DELETE", `${PATH}/${one.id}`, undefined, { as: "admin" });
    expect((await world.call("GET", `${PATH}/${one.id}`)).status).toBe(404);
    expect(await env.DB.prepare("SELECT secret, headers FROM webhooks WHERE id = ?1").bind(one.id).first()).toEqual({
      secret: "",
      headers: null,
    });
  });

  test("belongs to its workspace, and to whom may write", async () => {
    const [world, stranger] = [await hookWorld(), await createWorld()];
    const { id } = await world.hook(INPUT);
    for (const [method, path, body] of [
      ["GET", `${PATH}/${id}`],
      ["PATCH", `${PATH}/${id}`, { description: "mine" }],
      ["DELETE", `${PATH}/${id}`],
      ["POST", `${PATH}/${id}/rotate-secret`],
      ["POST", `${PATH}/${id}/resume`],
      ["POST", `${PATH}/${id}/test`],
      ["GET", `${PATH}/${id}/attempts`],
      ["GET", `${PATH}/${id}/metrics`],
      ["POST", `${PATH}/${id}/replay`, { since: "2026-01-01T00:00:00Z" }],
      ["POST", `${PATH}/dead-letters/retry`, { webhook_id: id }],
    ] as const) {
      expect((await stranger.call(method, path, body)).status, `${method} ${path}`).toBe(404);
      if (method !== "GET") expect((await world.call(method, path, body, { as: "viewer" })).status, `${method} ${path}`).toBe(403);
    }
    const readOnly = await world.makeKey(["read"]);
    expect((await world.call("POST", PATH, INPUT, { key: readOnly })).status).toBe(403);
  });

  test.each([
    ["http://169.254.169.254/latest/meta-data", "url"],
    ["https://10.0.0.1/", "url"],
    ["https://[::ffff:127.0.0.1]/", "url"],
    ["https://user:secret@hooks.example.com/", "url"],
    ["https://hooks.example.com:22/", "url"],
    ["https://metadata.google.internal/", "url"],
    ["not a url", "url"],
  ])("does not point at %s", async (url, path) => {
    const world = await createWorld();
    const reply = await world.call("POST", PATH, { ...INPUT, url });
    expect((await reply.clone().json<{ code: string }>()).code).toBe("bad_destination");
    expect((await refused(Promise.resolve(reply))).map((issue) => issue.path)).toEqual([path]);
  });

  test("cannot set headers that are ours or the connection's, or smuggle a line", async () => {
    const world = await createWorld();
    for (const [name, value] of [
      ["Host", "evil.example"],
      ["content-length", "5"],
      ["Transfer-Encoding", "chunked"],
      ["X-Webhook-Signature", "forged"],
      ["webhook-id", "forged"],
      ["CF-Connecting-IP", "1.2.3.4"],
      ["Bad Name", "x"],
      ["X-Line", "a\r\nX-Evil: b"],
    ] as const) {
      expect(await refused(world.call("POST", PATH, { ...INPUT, headers: { [name]: value } })), name).toMatchObject([
        { code: "bad_header" },
      ]);
    }
  });

  test("whose template or filter cannot work is refused, with the path of each mistake", async () => {
    const world = await hookWorld();
    const errors = await refused(
      world.call("POST", PATH, {
        ...INPUT,
        form_id: world.formId,
        template: { text: "{{data.name | no_such_filter}}", deep: [{ bad: "{{ 1 + }}" }] },
        filter: { "data.nope": 1 },
      }),
    );
    expect(errors.map(({ path }) => path).sort()).toEqual(["filter.data.nope", "template.deep.0.bad", "template.text"]);
    // Without a form there are no answers to ask of.
    expect(await refused(world.call("POST", PATH, { ...INPUT, filter: { "data.name": "x" } }))).toMatchObject([{ code: "unknown_field" }]);
    expect(await refused(world.call("POST", PATH, { ...INPUT, form_id: "frm_unknown" }))).toMatchObject([{ path: "form_id" }]);
    expect(await refused(world.call("POST", PATH, { ...INPUT, events: ["response.exploded"] }))).toMatchObject([{ path: "events.0" }]);
  });
});

describe("a secret", () => {
  test("that is rotated leaves the old one valid for a day, and no longer", async () => {
    const world = await hookWorld();
    const target = receiver();
    const hook = await world.hook({ url: target.url });
    const rotated = await world.json<{ secret: string; old_secret_valid_until: string }>("POST", `${PATH}/${hook.id}/rotate-secret`);
    expect(rotated.secret).not.toBe(hook.secret);
    expect(Date.parse(rotated.old_secret_valid_until) - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
    await world.accepted({ name: "Ada" });
    await eventually(() => expect(target.sent.length).toBe(1));
    const [sent] = target.sent;
    const headers = Object.fromEntries(sent?.headers ?? []);
    for (const secret of [hook.secret, rotated.secret]) new Webhook(secret).verify(sent?.text ?? "", headers);
    expect(headers["webhook-signature"]?.split(" ").length).toBe(2);
    await env.DB.prepare("UPDATE webhooks SET previous_until = ?2, updated_at = updated_at + 1 WHERE id = ?1")
      .bind(hook.id, Date.now() - 1)
      .run();
    await world.accepted({ name: "Bob" });
    await eventually(() => expect(target.sent.length).toBe(2));
    const after = target.sent[1];
    expect(await verifyWebhook(after?.text ?? "", after?.headers ?? new Headers(), { secret: rotated.secret })).toMatchObject({ ok: true });
    expect(await verifyWebhook(after?.text ?? "", after?.headers ?? new Headers(), { secret: hook.secret })).toEqual({
      ok: false,
      reason: "signature",
    });
  });

  test("does not vouch for another body, another time or another id", async () => {
    const world = await hookWorld();
    const target = receiver();
    const { secret } = await world.hook({ url: target.url });
    await world.accepted({ name: "Ada" });
    await eventually(() => expect(target.sent.length).toBe(1));
    const [sent] = target.sent;
    if (sent === undefined) throw new Error("Nothing was sent");
    const headers = Object.fromEntries(sent.headers);
    const check = (text: string, over: Record<string, string>, now = Date.now()) =>
      verifyWebhook(text, { ...headers, ...over }, { secret, now });
    expect(await check(sent.text, {})).toMatchObject({ ok: true });
    expect(await check(sent.text.replace("Ada", "Eve"), {})).toEqual({ ok: false, reason: "signature" });
    expect(await check(sent.text, { "webhook-id": "dlv_other" })).toEqual({ ok: false, reason: "signature" });
    expect(await check(sent.text, {}, Date.now() + 600_000)).toEqual({ ok: false, reason: "timestamp" });
    expect(await check(sent.text, { "webhook-timestamp": String(Math.floor(Date.now() / 1_000) - 100) })).toEqual({
      ok: false,
      reason: "signature",
    });
    expect(await check(sent.text, { "webhook-signature": "v1,!!!" })).toEqual({ ok: false, reason: "signature" });
    expect(await check(sent.text, { "webhook-timestamp": "soon" })).toEqual({ ok: false, reason: "headers" });
  });
});

describe("trying it out", () => {
  test("a test event goes out at once, signed, once, and shows among the attempts", async () => {
    const world = await hookWorld();
    const target = receiver(() => new Response("nope", { status: 500 }));
    const hook = await world.hook({ url: target.url });
    const tried = await world.json("POST", `${PATH}/${hook.id}/test`);
    expect(tried).toMatchObject({ delivered: false, status: 500, response: "nope", event_type: "response.submitted" });
    expect(target.sent).toMatchObject([{ body: { type: "response.submitted", test: true } }]);
    const headers = Object.fromEntries(target.sent[0]?.headers ?? []);
    new Webhook(hook.secret).verify(target.sent[0]?.text ?? "", headers);
    target.answer = () => new Response("yes");
    expect(await world.json("POST", `${PATH}/${hook.id}/test?event=form.closed`)).toMatchObject({
      delivered: true,
      event_type: "form.closed",
    });
    const { attempts } = await world.json<{ attempts: { outcome: string }[] }>("GET", `${PATH}/${hook.id}/attempts`);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(["delivered", "failed"]);
    expect(await world.json("GET", `${PATH}/${hook.id}/metrics`)).toMatchObject({
      delivered: 0,
      failed: 0,
      pending: 0,
      success_rate: null,
    });
  });

  test("a preview is what would be sent: of a real response, of a sample, of ours", async () => {
    const world = await hookWorld();
    const response = await world.accepted({ name: "Ada", score: 3 });
    const template = { who: "{{data.name}}", score: "{{data.score}}" };
    expect(await world.json("POST", `${PATH}/preview`, { template, response_id: response.id, form_id: world.formId })).toEqual({
      who: "Ada",
      score: 3,
    });
    expect(await world.json("POST", `${PATH}/preview`, { template, response_id: response.id })).toEqual({ who: "Ada", score: 3 });
    expect(await world.json("POST", `${PATH}/preview`, { template, sample: { name: "Bob", score: [1] } })).toEqual({
      who: "Bob",
      score: [1],
    });
    expect(await world.json("POST", `${PATH}/preview`, { template: { who: "{{data.name}}" } })).toEqual({ who: "Ada Lovelace" });
    expect(await world.json("POST", `${PATH}/preview`, { template: null, response_id: response.id })).toMatchObject({
      type: "response.submitted",
      data: { id: response.id, data: { name: "Ada" } },
    });
    expect(await refused(world.call("POST", `${PATH}/preview`, { template: "{{", sample: {} }))).toMatchObject([{ path: "template" }]);
    const stranger = await createWorld();
    expect((await stranger.call("POST", `${PATH}/preview`, { template, response_id: response.id, form_id: world.formId })).status).toBe(
      404,
    );
    expect((await stranger.call("POST", `${PATH}/preview`, { template, response_id: response.id })).status).toBe(422);
  });
});

test("a paused endpoint keeps what is due until it is resumed", async () => {
  const world = await hookWorld();
  const target = receiver();
  const hook = await world.hook({ url: target.url });
  await world.json("PATCH", `${PATH}/${hook.id}`, { status: "paused" });
  await world.accepted({ name: "Ada" });
  await eventually(async () => expect(await world.json("GET", `${PATH}/${hook.id}/metrics`)).toMatchObject({ pending: 1 }));
  expect(target.sent.length).toBe(0);
  await world.json("POST", `${PATH}/${hook.id}/resume`);
  await eventually(() => expect(target.sent.length).toBe(1));
});
