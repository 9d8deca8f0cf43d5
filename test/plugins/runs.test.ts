// From an event to a run, in the background: once for each event, whatever is told twice, lost or broken.
import { createExecutionContext, createMessageBatch, env, getQueueResult } from "cloudflare:test";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { consumePlugins } from "../../queues/plugins";
import { deliverRun, forgetOldRuns, runSchedules, wakeOverdueRuns } from "../../src/plugins";
import { MAX_FAILURES } from "../../src/plugins/limits";
import { idFloor } from "../../src/shared/ids";
import { testContext } from "../support/context";
import { newestMail } from "../support/mailbox";
import { createWorld, type World } from "../support/world";
import { follow, hook, install, type PluginReply, readJson, runDue, runsOf, tryOut } from "./support";

let world: World;
let formId: string;
beforeAll(async () => {
  world = await createWorld();
  const schema = { fields: [{ name: "name", type: "short_text", label: "Name" }] };
  formId = (await readJson<{ id: string }>(world.call("POST", "/api/v1/forms", { title: "F", schema }))).id;
  await world.call("POST", `/api/v1/forms/${formId}/publish`);
});
afterEach(() => vi.restoreAllMocks());

const path = () => `/api/v1/forms/${formId}/responses`;
const submit = (name: string) => readJson<{ id: string }>(world.call("POST", path(), { data: { name } }));
const settled = () => world.call("GET", path());
const remove = (id: string) => world.call("DELETE", `/api/v2/plugins/${id}`, undefined, { as: "admin" });

describe("events", () => {
  test("each is one run, with the response as the event left it, however often it is told", async () => {
    const source = `export default class extends FormPlugin {
      onResponseSubmitted(response, ctx) { ctx.log("new", response.data.name, response.id, ctx.event.id); }
      onResponseUpdated(response, ctx) { ctx.log("changed", response.data.name); }
      onResponseDeleted(response, ctx) { ctx.log("gone", response.status); }
    }`;
    const { id } = await install(world, source, {
      events: ["response.submitted", "response.updated", "response.deleted"],
      form_id: formId,
    });
    const { id: rid } = await submit("Ada");
    await world.call("PATCH", `${path()}/${rid}`, { data: { name: "Grace" } });
    await world.call("DELETE", `${path()}/${rid}`, undefined, { as: "admin" });
    await settled();
    await follow(world, formId);
    await follow(world, formId);
    const runs = await runsOf(world, id);
    expect(runs.map(({ outcome, event_type }) => `${event_type} ${outcome}`)).toEqual([
      "response.deleted ok",
      "response.updated ok",
      "response.submitted ok",
    ]);
    expect(runs.map(({ logs }) => logs[0]?.text)).toEqual(["gone deleted", "changed Grace", `new Ada ${rid} ${runs[2]?.event_id}`]);
    await remove(id);
  });

  test("only those that it asked for and has a hook for, only of its form, and none from before it was there", async () => {
    await submit("before");
    await settled();
    const hears = await install(world, hook("ctx.log(payload.data.name);"), { form_id: formId });
    const noHook = await install(world, hook("", "onFormPublished"), { events: ["response.submitted"] });
    const other = await readJson<{ id: string }>(world.call("POST", "/api/v1/forms", { title: "Other", schema: { fields: [] } }));
    const elsewhere = await install(world, hook("ctx.log(1);"), { form_id: other.id });
    const silent = await install(world, hook("ctx.log(1);"), { events: [] });
    await submit("after");
    await settled();
    await follow(world, formId);
    expect((await runsOf(world, hears.id)).map(({ logs }) => logs[0]?.text)).toEqual(["after"]);
    for (const { id } of [noHook, elsewhere, silent]) expect(await runsOf(world, id)).toEqual([]);
    for (const { id } of [hears, noHook, elsewhere, silent]) await remove(id);
  });

  test("a form that is published is told with its version", async () => {
    const { id } = await install(world, hook("ctx.log(payload.version, ctx.event.type);", "onFormPublished"), {
      events: ["form.published"],
    });
    const { version } = await readJson<{ version: number }>(world.call("POST", `/api/v1/forms/${formId}/publish`));
    const event = await env.DB.prepare("SELECT id FROM webhook_events WHERE form_id = ?1 AND type = 'form.published' ORDER BY id DESC")
      .bind(formId)
      .first<{ id: string }>();
    const { tellEvent } = await import("../../src/webhooks");
    const { followStored } = await import("../../src/plugins");
    await env.DB.prepare("UPDATE webhook_events SET fanned_at = NULL WHERE id = ?1").bind(event?.id).run();
    await tellEvent(testContext(), event?.id ?? "", [followStored]);
    await runDue(world);
    expect((await runsOf(world, id)).map(({ logs }) => logs[0]?.text)).toEqual([`${version} form.published`]);
    await remove(id);
  });

  test("an erased response is told with nothing in it", async () => {
    const { id: rid } = await submit("Secret");
    await settled();
    expect((await world.call("POST", `${path()}/${rid}/erase`, undefined, { as: "admin" })).status).toBe(204);
    await settled();
    const { id } = await install(world, hook("ctx.log(payload.id, payload.data);"), { form_id: formId });
    // As if it had been there when the response came, and were told only now.
    await env.DB.prepare("UPDATE plugins SET created_at = 1 WHERE id = ?1").bind(id).run();
    await follow(world, formId);
    const told = (await runsOf(world, id)).flatMap(({ logs }) => logs.map(({ text }) => text));
    expect(told).toContain(`${rid} {}`);
    expect(told.join()).not.toContain("Secret");
    await remove(id);
  });
});

describe("delivery", () => {
  async function queued(source: string, more: Record<string, unknown> = {}) {
    const plugin = await install(world, source, { form_id: formId, ...more });
    const runId = `run_${"0".repeat(10)}${crypto.randomUUID().replaceAll("-", "").slice(0, 20)}`;
    await env.DB.prepare(
      `INSERT INTO plugin_runs (id, workspace_id, plugin_id, event_id, event_type, occurred_at, data, kind, status, due_at, correlation_id, created_at)
       VALUES (?1, ?2, ?3, 'evt_1', 'response.submitted', 1, '{"id":"rsp_1","data":{}}', 'event', 'queued', 1, 'req_1', 1)`,
    )
      .bind(runId, world.workspaceId, plugin.id)
      .run();
    return { plugin, runId };
  }
  const consume = async (bodies: unknown[]) => {
    const batch = createMessageBatch(
      "headwater-plugins",
      bodies.map((body, i) => ({ id: `m${i}`, timestamp: new Date(), attempts: 1, body })),
    );
    const execution = createExecutionContext();
    await consumePlugins(batch, env, execution);
    return getQueueResult(batch, execution);
  };

  test("a message that comes twice runs once, and one that cannot be read is dropped", async () => {
    const { plugin, runId } = await queued(hook('ctx.log(await ctx.kv.increment("runs"));'));
    const result = await consume([{ run_id: runId }, { run_id: runId }, { nonsense: true }]);
    expect(result.explicitAcks).toHaveLength(3);
    await consume([{ run_id: runId }]);
    expect((await runsOf(world, plugin.id)).map(({ logs }) => logs[0]?.text)).toEqual(["1"]);
  });

  test("a consumer that died is followed by another when its claim has run out, and not before", async () => {
    const { plugin, runId } = await queued(hook("ctx.log(1);"));
    await env.DB.prepare("UPDATE plugin_runs SET status = 'running', claim = 'dead', attempts = 1, due_at = ?2 WHERE id = ?1")
      .bind(runId, Date.now() + 30_000)
      .run();
    await deliverRun(testContext(), runId);
    expect((await runsOf(world, plugin.id))[0]?.outcome).toBeNull();
    await deliverRun(testContext({ now: () => Date.now() + 60_000 }), runId);
    expect((await runsOf(world, plugin.id))[0]?.outcome).toBe("ok");
  });

  test("what the queue has lost is sent again by the minute sweep", async () => {
    const { runId } = await queued(hook(""));
    const sent = vi.spyOn(env.PLUGINS, "sendBatch").mockResolvedValue(undefined as never);
    await wakeOverdueRuns(testContext());
    const ids = sent.mock.calls.flatMap(([messages]) => [...messages].map(({ body }) => (body as { run_id: string }).run_id));
    expect(ids).toContain(runId);
    vi.restoreAllMocks();
    await runDue(world);
  });

  test("runs that are due when a plugin is switched off are dropped", async () => {
    const { plugin, runId } = await queued(hook("ctx.log(1);"));
    await world.call("POST", `/api/v2/plugins/${plugin.id}/disable`);
    await deliverRun(testContext(), runId);
    expect(await runsOf(world, plugin.id)).toEqual([]);
  });

  test("one plugin's trouble is no other's: the message of each is settled alone", async () => {
    const bad = await queued(hook("for (;;) {}"));
    const good = await queued(hook('ctx.log("fine");'));
    const result = await consume([{ run_id: bad.runId }, { run_id: good.runId }]);
    expect(result.explicitAcks).toEqual(expect.arrayContaining(["m0", "m1"]));
    expect((await runsOf(world, bad.plugin.id))[0]?.outcome).toBe("limit");
    expect((await runsOf(world, good.plugin.id))[0]).toMatchObject({ outcome: "ok", logs: [{ text: "fine" }] });
  });

  test("a plugin that fails again and again is paused, its admins are told once, and enabling it ends the pause", async () => {
    const own = await createWorld();
    const { email } = await own.member("admin");
    const plugin = await install(own, hook('throw new Error("broken");'));
    const insert = env.DB.prepare(
      `INSERT INTO plugin_runs (id, workspace_id, plugin_id, event_id, event_type, occurred_at, data, kind, status, due_at, correlation_id, created_at)
       VALUES (?1, ?2, ?3, ?1, 'response.submitted', 1, '{"id":"rsp_1","data":{}}', 'event', 'queued', 1, 'req_1', 1)`,
    );
    await env.DB.batch(Array.from({ length: MAX_FAILURES + 2 }, (_, i) => insert.bind(`run_${plugin.id}${i}`, own.workspaceId, plugin.id)));
    await runDue(own);
    const paused = await readJson<PluginReply>(own.call("GET", `/api/v2/plugins/${plugin.id}`));
    expect(paused).toMatchObject({ status: "paused", status_reason: expect.stringContaining("broken") });
    // The two that were left found it paused.
    expect(await runsOf(own, plugin.id)).toHaveLength(MAX_FAILURES);
    expect((await newestMail(email, "plugin-paused"))?.text).toContain("broken");
    const enabled = await readJson<PluginReply>(own.call("POST", `/api/v2/plugins/${plugin.id}/enable`));
    expect(enabled).toMatchObject({ status: "enabled", status_reason: null, failures: 0 });
  });

  test("a success forgives the failures before it", async () => {
    const { plugin, runId } = await queued(hook('if (await ctx.kv.get("ok")) return; throw new Error("not yet");'));
    await deliverRun(testContext(), runId);
    const seen = async () => (await readJson<PluginReply>(world.call("GET", `/api/v2/plugins/${plugin.id}`))).failures;
    expect(await seen()).toBe(1);
    await env.DB.prepare("INSERT INTO plugin_kv (plugin_id, key, workspace_id, value, bytes, updated_at) VALUES (?1, 'ok', ?2, '1', 3, 1)")
      .bind(plugin.id, world.workspaceId)
      .run();
    await env.DB.prepare("UPDATE plugin_runs SET status = 'queued', due_at = 1 WHERE id = ?1").bind(runId).run();
    await deliverRun(testContext(), runId);
    expect(await seen()).toBe(0);
  });
});

describe("by the clock", () => {
  test("a schedule runs in its minute, once, and again in its next", async () => {
    const plugin = await install(world, hook("ctx.log(payload.scheduled_at);", "onSchedule", 'static schedule = "*/15 * * * *";'), {
      events: ["schedule"],
    });
    const at = Date.parse(plugin.next_run_at ?? "");
    expect(at % (15 * 60_000)).toBe(0);
    await runSchedules(testContext({ now: () => at - 1 }));
    await runSchedules(testContext({ now: () => at + 5_000 }));
    await runSchedules(testContext({ now: () => at + 6_000 }));
    await env.DB.prepare("UPDATE plugin_runs SET due_at = 1 WHERE plugin_id = ?1").bind(plugin.id).run();
    await runDue(world);
    expect((await runsOf(world, plugin.id)).map(({ logs }) => logs[0]?.text)).toEqual([plugin.next_run_at]);
    // An hour that was slept through is run once, and the clock goes on from now.
    await runSchedules(testContext({ now: () => at + 3_600_000 }));
    const later = await readJson<PluginReply>(world.call("GET", `/api/v2/plugins/${plugin.id}`));
    expect(Date.parse(later.next_run_at ?? "")).toBe(at + 3_600_000 + 15 * 60_000);
    await remove(plugin.id);
  });

  test("a plugin that is not told of its schedule, or is switched off, has no next run", async () => {
    const source = hook("", "onSchedule", 'static schedule = "0 3 * * 1";');
    expect((await install(world, source, { events: [] })).next_run_at).toBeNull();
    const { id } = await install(world, source, { events: ["schedule"] });
    expect((await readJson<PluginReply>(world.call("POST", `/api/v2/plugins/${id}/disable`))).next_run_at).toBeNull();
    expect((await readJson<PluginReply>(world.call("POST", `/api/v2/plugins/${id}/enable`))).next_run_at).not.toBeNull();
    await remove(id);
  });

  test("a busy plugin keeps its newest ten thousand runs", async () => {
    const { id } = await install(world, hook(""));
    await env.DB.prepare(
      `INSERT INTO plugin_runs (id, workspace_id, plugin_id, event_id, event_type, occurred_at, kind, status, outcome, due_at, correlation_id, created_at)
       SELECT ?3 || printf('%06d', value), ?2, ?1, 'evt', 'response.submitted', 1, 'event', 'done', 'ok', 1, 'req', 1
       FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 10003) SELECT value FROM n)`,
    )
      .bind(id, world.workspaceId, idFloor("run", Date.now()))
      .run();
    await forgetOldRuns(testContext());
    const left = await env.DB.prepare("SELECT count(*) AS n, min(id) AS first FROM plugin_runs WHERE plugin_id = ?1")
      .bind(id)
      .first<{ n: number; first: string }>();
    expect([left?.n, left?.first.slice(-6)]).toEqual([10_000, "000004"]);
    await env.DB.prepare("DELETE FROM plugin_runs WHERE plugin_id = ?1").bind(id).run();
  });

  test("runs are forgotten after thirty days", async () => {
    const { id } = await install(world, hook("ctx.log(1);"));
    await tryOut(world, id);
    await forgetOldRuns(testContext({ now: () => Date.now() + 29 * 86_400_000 }));
    expect(await runsOf(world, id)).toHaveLength(1);
    // Ids never go back in time, and tests that ran before in this isolate may have moved it by years. A night forgets so many, the
    // oldest first, and other tests have left some.
    for (let night = 0; night < 20 && (await runsOf(world, id)).length > 0; night++) {
      await forgetOldRuns(testContext({ now: () => Date.now() + 4_000 * 86_400_000 }));
    }
    expect(await runsOf(world, id)).toEqual([]);
  });
});
