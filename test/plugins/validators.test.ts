import { beforeAll, describe, expect, test } from "vitest";
import { createWorld, type World } from "../support/world";
import { hook, install, type PluginReply, type Problem, readJson, runsOf, tryInstall } from "./support";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const SCHEMA = { fields: [{ name: "comment", type: "long_text", label: "Comment" }] };

async function form() {
  const { id } = await readJson<{ id: string }>(world.call("POST", "/api/v1/forms", { title: "F", schema: SCHEMA }));
  await world.call("POST", `/api/v1/forms/${id}/publish`);
  const submit = async (comment: string, more: Record<string, unknown> = {}) => {
    const reply = await world.call("POST", `/api/v1/forms/${id}/responses`, { data: { comment }, ...more }, { key: null });
    return { status: reply.status, body: (await reply.json()) as Problem & { id: string } };
  };
  const read = async (rid: string) =>
    readJson<{ meta: Record<string, unknown> }>(world.call("GET", `/api/v1/forms/${id}/responses/${rid}`));
  return { id, submit, read };
}

const guard = (formId: string | null, body: string, more: Record<string, unknown> = {}) =>
  install(world, hook(body, "validate"), { events: [], form_id: formId, ...more });

describe.each(["strict", "metered"])("%s", (mode) => {
  test("refuses with the fields' errors, before anything is kept, and lets others pass", async () => {
    const { id, submit } = await form();
    expect((await submit("spam")).status).toBe(201);
    const { id: plugin } = await guard(
      id,
      'if (payload.data.comment.includes("spam")) return { errors: [{ field: "comment", message: "No spam, please." }] };',
      { mode },
    );
    const refused = await submit("more spam");
    expect([refused.status, refused.body.code]).toEqual([422, "refused"]);
    expect(refused.body.errors).toMatchObject([{ path: "comment", message: "No spam, please.", code: "refused" }]);
    expect((await submit("ham")).status).toBe(201);
    const { responses } = await readJson<{ responses: unknown[] }>(world.call("GET", `/api/v1/forms/${id}/responses`));
    expect(responses).toHaveLength(2);
    await world.call("POST", `/api/v2/plugins/${plugin}/disable`);
    expect((await submit("spam again")).status).toBe(201);
  });

  test("notes are kept with the response, beside what the sender says", async () => {
    const { id, submit, read } = await form();
    await guard(id, "return { annotations: { length: payload.data.comment.length, loud: true } };", { mode, name: "Counter" });
    const { body } = await submit("hello", { meta: { plugins: "mine", source: "mail" } });
    expect((await read(body.id)).meta).toMatchObject({ source: "mail", plugins: { Counter: { length: 5, loud: true } } });
  });

  test.each([
    ["throws", 'throw new Error("secret reason");'],
    ["never ends", "for (;;) {}"],
    ["waits for ever", "await new Promise(() => {});"],
    ["says nonsense", 'return { errors: "all" };'],
    ["says too much", 'return { annotations: { x: "y".repeat(100000) } };'],
  ])("one that %s: the form stays open, or is shut, as its owner chose", async (_, body) => {
    const { id, submit } = await form();
    const { id: plugin } = await guard(id, body, { mode });
    expect((await submit("hello")).status).toBe(201);
    await world.call("PATCH", `/api/v2/plugins/${plugin}`, { on_failure: "closed" });
    const shut = await submit("hello");
    expect(shut.status).toBe(503);
    expect(JSON.stringify(shut.body)).not.toContain("secret reason");
    const runs = await runsOf(world, plugin);
    expect(runs.length).toBeGreaterThan(0);
    expect(runs.every(({ kind, outcome }) => kind === "validator" && outcome !== "ok")).toBe(true);
  });
});

test("a validator can neither fetch nor keep, and has no secrets", async () => {
  const { id, submit, read } = await form();
  await guard(
    id,
    `const told = {};
     for (const [name, call] of Object.entries({ fetch: () => ctx.fetch("https://example.com/"), kv: () => ctx.kv.get("x"), mail: () => ctx.mail.send({}), files: () => ctx.files.get("x") })) {
       try { await call(); told[name] = "done"; } catch (error) { told[name] = "refused"; }
     }
     told.secrets = Object.keys(ctx.secrets).length;
     return { annotations: told };`,
    { name: "Probe", secrets: { token: "abcdef" }, allowed_hosts: ["example.com"], permissions: ["mail", "files"] },
  );
  const { body } = await submit("hello");
  expect((await read(body.id)).meta.plugins).toEqual({
    Probe: { fetch: "refused", kv: "refused", mail: "refused", files: "refused", secrets: 0 },
  });
});

test("one for all forms is asked by each, also by those that were published before it was there; drafts in between are not asked", async () => {
  const own = await createWorld();
  const { id } = await readJson<{ id: string }>(own.call("POST", "/api/v1/forms", { title: "F", schema: SCHEMA }));
  await own.call("POST", `/api/v1/forms/${id}/publish`);
  const submit = async (more: Record<string, unknown> = {}) =>
    (await own.call("POST", `/api/v1/forms/${id}/responses`, { data: { comment: "hello" }, ...more }, { key: null })).status;
  expect(await submit()).toBe(201);
  const { body } = await tryInstall(own, hook('return { errors: [{ field: "comment", message: "Never." }] };', "validate"), { events: [] });
  expect(await submit()).toBe(422);
  expect(await submit({ status: "partial" })).toBe(201);
  expect((await own.call("DELETE", `/api/v2/plugins/${body.id}`, undefined, { as: "admin" })).status).toBe(204);
  expect(await submit()).toBe(201);
});

test("the page of a form shows what a validator says, at its field", async () => {
  const { id } = await form();
  await guard(id, 'return { errors: [{ field: "comment", message: "Please say it kindly." }] };');
  const { slug } = await readJson<{ slug: string }>(world.call("GET", `/api/v1/forms/${id}`));
  const page = await (await world.call("GET", `/f/${slug}`, undefined, { key: null })).text();
  const fields = new URLSearchParams();
  for (const [, name, value] of page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)) fields.set(name ?? "", value ?? "");
  fields.set("comment", "hello");
  const reply = await world.call("POST", `/f/${slug}`, fields.toString(), {
    key: null,
    headers: { "Content-Type": "application/x-www-form-urlencoded", Origin: "https://headwater.test" },
  });
  expect(await reply.text()).toContain("Please say it kindly.");
});

test("a paused validator is asked no more", async () => {
  const { id, submit } = await form();
  const { id: plugin } = await guard(id, 'throw new Error("x");', { on_failure: "closed" });
  for (let i = 0; i < 10; i++) expect((await submit("hello")).status).toBe(503);
  await expect.poll(async () => (await readJson<PluginReply>(world.call("GET", `/api/v2/plugins/${plugin}`))).status).toBe("paused");
  await expect.poll(async () => (await submit("hello")).status).toBe(201);
});
