import { env } from "cloudflare:test";
import { beforeAll, describe, expect, test } from "vitest";
import { actionsOn } from "../support/audit";
import { createWorld, type World } from "../support/world";
import { hook, install, type PluginReply, type Problem, readJson, runsOf, tryInstall, tryOut } from "./support";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const patch = (id: string, change: unknown) => readJson<PluginReply & Problem>(world.call("PATCH", `/api/v2/plugins/${id}`, change));
const post = (id: string, verb: string) => readJson<PluginReply & Problem>(world.call("POST", `/api/v2/plugins/${id}/${verb}`));

describe("source", () => {
  test.each([
    ["a syntax error", "export default class extends FormPlugin {\n  onResponseSubmitted( {\n}", 3, 2],
    ["no default export", "class A extends FormPlugin {}", 1, 1],
    ["a class of something else", "\nexport default class {}", 2, 16],
    ["a function", "export default function () {}", 1, 16],
    ["a class by name that extends nothing", "class A {}\nexport { A as default };", 1, 1],
    ["a foreign import", "\n\n  import x from 'lodash';\nexport default class extends FormPlugin {}", 3, 3],
    ["something that is no class at run time", "export default (() => 7)();", 1, 1],
    ["a class of another base", "class Base {}\nexport default class extends Base {}", 2, 1],
    ["trouble while loading", "const x = null;\nx.y;\nexport default class extends FormPlugin {}", 2, 1],
  ])("%s is refused with its line and column", async (_, source, line, column) => {
    const { status, body } = await tryInstall(world, source);
    expect([status, body.code]).toEqual([422, "invalid_source"]);
    expect(body.errors).toMatchObject([
      { path: "source", line, column, message: expect.stringContaining(`Line ${line}, column ${column}`) },
    ]);
  });

  test.each([
    ["a named class", "export default class Greeter extends FormPlugin { onSchedule() {} }"],
    ["a class by name", "class Greeter extends FormPlugin { onSchedule() {} }\nexport { Greeter as default };"],
    ["a class expression", "const Greeter = class extends FormPlugin { onSchedule() {} };\nexport default Greeter;"],
    ["a grandchild", "class Base extends FormPlugin { onSchedule() {} }\nexport default class extends Base {}"],
    [
      "an import of FormPlugin alone",
      'import { FormPlugin as Base } from "headwater";\nexport default class extends Base { onSchedule() {} }',
    ],
    [
      "other exports",
      "export const a = 1;\nexport function b() {}\nexport default class extends FormPlugin { onSchedule() { return a + b(); } }",
    ],
  ])("%s is a plugin, in both modes", async (_, source) => {
    for (const mode of ["strict", "metered"]) {
      expect((await install(world, source, { mode, events: [] })).declares.hooks).toEqual(["onSchedule"]);
    }
  });
});

describe("configuration", () => {
  const SCHEMA = `static config = { type: "object", required: ["channel"], properties: {
    channel: { type: "string", maxLength: 10 }, times: { type: "integer", minimum: 1, default: 2 }, loud: { type: "boolean" } } };`;

  test("is held to the schema, and defaults are filled in", async () => {
    const source = hook("ctx.log(this.config, ctx.config === this.config);", "onResponseSubmitted", SCHEMA);
    const { status, body } = await tryInstall(world, source, { config: { channel: "much too long", times: 0, other: 1 } });
    expect([status, body.code]).toEqual([422, "invalid_config"]);
    expect(body.errors?.map(({ path }) => path)).toEqual(["config.channel", "config.times", "config.other"]);
    const { id, config } = await install(world, source, { config: { channel: "news" } });
    expect(config).toEqual({ channel: "news", times: 2 });
    expect((await tryOut(world, id)).logs).toMatchObject([{ text: '{"channel":"news","times":2} true' }]);
  });

  test("a schema that is none is refused at its declaration", async () => {
    const { status, body } = await tryInstall(world, hook("", "onResponseSubmitted", 'static config = { type: "array" };'));
    expect([status, body.errors?.[0]?.message]).toEqual([422, expect.stringContaining("static config")]);
  });
});

describe("secrets", () => {
  test("are sealed at rest, never shown, given to the plugin, and taken out of logs and errors", async () => {
    const secrets = { token: "s3cr3t-of-the-team", other: "another/one+" };
    const source = hook(
      `const { token, other } = ctx.secrets; ctx.log("have " + token, encodeURIComponent(other)); throw new Error(JSON.stringify({ token }));`,
    );
    const made = await tryInstall(world, source, { secrets });
    expect(JSON.stringify(made.body)).not.toContain("s3cr3t");
    expect(made.body.secret_names).toEqual(["token", "other"]);
    const row = await env.DB.prepare("SELECT secrets FROM plugins WHERE id = ?1").bind(made.body.id).first<{ secrets: string }>();
    expect(row?.secrets).toMatch(/^v1\./);
    const run = await tryOut(world, made.body.id);
    expect(run.logs).toMatchObject([{ text: "have [redacted] [redacted]" }]);
    expect(run.error).toBe('Error: {"token":"[redacted]"} (line 4)');
    expect(JSON.stringify(await runsOf(world, made.body.id))).not.toContain("s3cr3t");
  });

  test("one is replaced or taken away without sending the others again", async () => {
    const source = hook("ctx.log(Object.keys(ctx.secrets).sort());");
    const { id } = await install(world, source, { secrets: { a: "11111", b: "22222" } });
    expect((await patch(id, { secrets: { b: null, c: "33333" } })).secret_names).toEqual(["a", "c"]);
    expect((await tryOut(world, id)).logs).toMatchObject([{ text: '["a","c"]' }]);
  });
});

describe("versions", () => {
  test("new source is a new version, and a roll-back brings source and configuration back, but grants nothing", async () => {
    const { id } = await install(world, hook('ctx.log("one");'), { config: { n: 1 }, allowed_hosts: ["one.example.com"] });
    expect(await patch(id, { source: hook('ctx.log("two");'), config: { n: 2 }, allowed_hosts: ["two.example.com"] })).toMatchObject({
      version: 2,
    });
    expect((await tryOut(world, id)).logs).toMatchObject([{ text: "two" }]);
    const back = await post(id, "rollback");
    expect(back).toMatchObject({ version: 1, config: { n: 1 }, allowed_hosts: ["two.example.com"] });
    expect(await tryOut(world, id)).toMatchObject({ version: 1, logs: [{ text: "one" }] });
    expect((await post(id, "rollback")).code).toBe("wrong_state");
    // The number of a version is never given twice.
    expect((await patch(id, { source: hook('ctx.log("three");') })).version).toBe(3);
    expect((await post(id, "rollback?version=2")).version).toBe(2);
    expect((await post(id, "rollback?version=77")).code).toBe("not_found");
    const { versions } = await readJson<{ versions: { version: number }[] }>(world.call("GET", `/api/v2/plugins/${id}/versions`));
    expect(versions.map(({ version }) => version)).toEqual([3, 2, 1]);
    expect(await actionsOn(id)).toEqual(["plugin.created", "plugin.updated", "plugin.rolled_back", "plugin.updated", "plugin.rolled_back"]);
  });

  test("a name or an event is no new version, and a broken source changes nothing", async () => {
    const { id } = await install(world, hook("ctx.log(1);"));
    expect(await patch(id, { name: "Other", events: [] })).toMatchObject({ version: 1, events: [] });
    expect((await patch(id, { source: "export default" })).code).toBe("invalid_source");
    expect((await tryOut(world, id)).logs).toMatchObject([{ text: "1" }]);
  });
});

describe("who may", () => {
  test("a viewer reads and an editor writes; deleting is an admin's", async () => {
    const { id } = await install(world, hook("ctx.log(1);"));
    const status = async (method: string, path: string, as: "viewer" | "editor" | "admin", body?: unknown) =>
      (await world.call(method, `/api/v2/plugins${path}`, body, { as })).status;
    expect(await status("GET", `/${id}`, "viewer")).toBe(200);
    expect(await status("POST", `/${id}/disable`, "viewer")).toBe(403);
    expect(await status("POST", `/${id}/disable`, "editor")).toBe(200);
    expect(await status("DELETE", `/${id}`, "editor")).toBe(403);
    expect(await status("DELETE", `/${id}`, "admin")).toBe(204);
    expect(await status("GET", `/${id}`, "admin")).toBe(404);
  });

  test("secrets are for admins and keys", async () => {
    const source = hook("ctx.log(1);");
    expect((await tryInstall(world, source, { secrets: { a: "12345" } }, { as: "editor" })).status).toBe(403);
    const { status, body } = await tryInstall(world, source, { secrets: { a: "12345" } }, { as: "admin" });
    expect(status).toBe(201);
    expect((await world.call("PATCH", `/api/v2/plugins/${body.id}`, { secrets: { a: null } }, { as: "editor" })).status).toBe(403);
  });

  test("another workspace sees nothing, and its forms cannot be named", async () => {
    const other = await createWorld();
    const { id } = await install(world, hook("ctx.log(1);"));
    for (const [method, path] of [
      ["GET", ""],
      ["PATCH", ""],
      ["DELETE", ""],
      ["POST", "/enable"],
      ["POST", "/test"],
      ["GET", "/runs"],
      ["POST", "/rollback"],
    ]) {
      const body = method === "PATCH" ? { name: "x" } : path === "/test" ? { event: "response.submitted" } : undefined;
      expect((await other.call(method ?? "", `/api/v2/plugins/${id}${path}`, body)).status, `${method} ${path}`).toBe(404);
    }
    const form = await readJson<{ id: string }>(other.call("POST", "/api/v1/forms", { title: "Theirs", schema: { fields: [] } }));
    expect((await tryInstall(world, hook(""), { form_id: form.id })).status).toBe(404);
  });
});

test("plugins of the build are offered with what they ask for, and installed by name, metered", async () => {
  const { plugins } = await readJson<{ plugins: { name: string; hooks: string[]; config_schema: object | null; hosts: string[] }[] }>(
    world.call("GET", "/api/v2/plugins/offered"),
  );
  expect(plugins.map(({ name }) => name)).toEqual(["csv-archiver", "email-autoreply", "jira-ticket", "profanity-guard", "slack-notifier"]);
  expect(plugins.every(({ hooks, config_schema }) => hooks.length > 0 && config_schema !== null)).toBe(true);
  const reply = await world.call("POST", "/api/v2/plugins", { name: "Slack", built: "slack-notifier", events: ["response.submitted"] });
  const made = await readJson<PluginReply>(Promise.resolve(reply));
  expect(made).toMatchObject({ mode: "metered", allowed_hosts: ["hooks.slack.com"], config: { heading: "A new response", fields: [] } });
  expect((await patch(made.id, { source: hook("") })).errors?.[0]?.path).toBe("source");
  // The same source also runs where everything is interpreted.
  expect(await patch(made.id, { mode: "strict" })).toMatchObject({ mode: "strict", version: 2 });
  expect(await tryOut(world, made.id)).toMatchObject({ outcome: "error", error: expect.stringContaining("webhook_url") });
});

test("a test run takes an existing response, a sample, or what it is given; a hook that is not there is said so", async () => {
  const form = await readJson<{ id: string }>(
    world.call("POST", "/api/v1/forms", { title: "F", schema: { fields: [{ name: "name", type: "short_text", label: "Name" }] } }),
  );
  await world.call("POST", `/api/v1/forms/${form.id}/publish`);
  const response = await readJson<{ id: string }>(world.call("POST", `/api/v1/forms/${form.id}/responses`, { data: { name: "Ada" } }));
  const { id } = await install(world, hook("ctx.log(payload.id, payload.data.name, ctx.event.form_id);"));
  const run = await tryOut(world, id, { type: "response.submitted", form_id: form.id, response_id: response.id });
  expect(run.logs).toMatchObject([{ text: `${response.id} Ada ${form.id}` }]);
  expect((await tryOut(world, id, "response.submitted")).logs[0]?.text).toContain("rsp_sample");
  const missing = await readJson<Problem>(world.call("POST", `/api/v2/plugins/${id}/test`, { event: "form.published" }));
  expect(missing.errors).toMatchObject([{ path: "event.type", code: "no_hook" }]);
});

test("a list is paged, newest first", async () => {
  const own = await createWorld();
  for (const name of ["a", "b", "c"]) await install(own, hook(""), { name });
  const first = await readJson<{ plugins: { name: string }[]; next_cursor: string }>(own.call("GET", "/api/v2/plugins?limit=2"));
  expect(first.plugins.map(({ name }) => name)).toEqual(["c", "b"]);
  const rest = await readJson<{ plugins: { name: string }[]; next_cursor: null }>(
    own.call("GET", `/api/v2/plugins?limit=2&cursor=${first.next_cursor}`),
  );
  expect([rest.plugins.map(({ name }) => name), rest.next_cursor]).toEqual([["a"], null]);
});
