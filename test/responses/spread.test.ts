import { createExecutionContext, env, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { FormLedger } from "../../durable-objects/form-ledger";
import { ledgerName, spreadForm } from "../../src/responses";
import { HEAT_LIMITS, SPREAD_COOLDOWN_MS } from "../../src/responses/ledger/heat";
import { routeFor, SPREAD_AFTER_MS } from "../../src/responses/shards";
import { asSystem } from "../../src/shared/context";
import { backgroundContext } from "../../src/store/background-context";
import { listen } from "../analytics/live-client";
import { createWorld, OPERATOR, type World } from "../support/world";
import { createForm, FIELDS, type FormWorld, problemOf } from "./support";

async function setFlag(world: World, blocked: string[]): Promise<void> {
  const body = { enabled: true, percentage: 100, blocked };
  expect((await world.call("PUT", "/api/v1/admin/flags/form_sharding", body, OPERATOR)).status).toBe(200);
}

beforeAll(async () => setFlag(await createWorld(), []));

afterEach(() => {
  vi.useRealTimers();
});

const contextOf = ({ workspaceId }: FormWorld) => asSystem(backgroundContext(env, createExecutionContext(), "req_test"), workspaceId);
const spread = (form: FormWorld) => spreadForm(contextOf(form), form.formId);

function laterBy(ms: number): void {
  const at = Date.now() + ms;
  vi.useFakeTimers({ toFake: ["Date"], now: at });
}

async function total(form: FormWorld): Promise<number> {
  const reply = await form.call("GET", `/api/v2/analytics/forms/${form.formId}/metrics`);
  return (await reply.json<{ total_responses: number }>()).total_responses;
}

const submitMany = (form: FormWorld, count: number, name: string) =>
  Promise.all(Array.from({ length: count }, (_, i) => form.accepted({ name: `${name}${i}` }, keyed(`${name}${i}`))));
const keyed = (key: string) => ({ headers: { "Idempotency-Key": key } });
const shardsOf = (receipts: readonly { position: string }[]) => new Set(receipts.map(({ position }) => position.split(":")[0]));

test("a hot form doubles, once a cooldown, with an audit row by the system and its draft untouched", async () => {
  const form = await createForm();
  expect(await spread(form)).toBe(2);
  expect(await spread(form)).toBeNull();
  laterBy(SPREAD_COOLDOWN_MS + 1);
  expect(await spread(form)).toBe(4);
  const draft = await (await form.call("GET", `/api/v1/forms/${form.formId}`)).json<{ revision: number; schema: { settings: object } }>();
  expect(draft.schema.settings).toEqual({});
  const { results } = await env.DB.prepare(
    "SELECT actor_kind, details FROM audit_log WHERE action = 'form.spread' AND workspace_id = ?1 AND target_id = ?2 ORDER BY at",
  )
    .bind(form.workspaceId, form.formId)
    .all();
  expect(results).toEqual([2, 4].map((shards) => ({ actor_kind: "system", details: JSON.stringify({ shards }) })));
});

test("not with the flag off, not with places to run out of, and not for another workspace", async () => {
  const [off, full, mine, other] = [await createForm(), await createForm({ quota: { limit: 5 } }), await createForm(), await createForm()];
  await setFlag(off, [off.workspaceId]);
  expect(await spread(off)).toBeNull();
  expect(await spread(full)).toBeNull();
  expect(await spreadForm(contextOf(mine), other.formId)).toBeNull();
});

test("the ledger itself notices that it runs hot", async () => {
  const form = await createForm();
  await form.accepted({ name: "first" });
  const { windows, windowMs, callsPerSecond } = HEAT_LIMITS;
  await runInDurableObject(env.LEDGER.getByName(ledgerName(form.formId, 0)), (ledger: FormLedger) => {
    const now = Date.now();
    for (let i = windows; i > 0; i--) ledger.siblings.heat.note((callsPerSecond * windowMs) / 500, 0, now + 60_000 - i * windowMs);
  });
  laterBy(60_000);
  await form.accepted({ name: "the one that closes the window" });
  await vi.waitFor(async () => {
    const row = await env.DB.prepare("SELECT shards FROM form_spreads WHERE form_id = ?1").bind(form.formId).first();
    expect(row).toEqual({ shards: 2 });
  });
});

test("counts, lists and the chain stay exact while a form under load is spread", async () => {
  const form = await createForm();
  const receipts = await submitMany(form, 40, "before");
  const raised = spread(form);
  receipts.push(...(await submitMany(form, 40, "during")));
  expect(await raised).toBe(2);
  expect(await total(form)).toBe(80);
  expect(shardsOf(receipts)).toEqual(new Set(["0"]));

  laterBy(SPREAD_AFTER_MS);
  const loads = [submitMany(form, 40, "after"), submitMany(form, 40, "again")];
  const seen = await Promise.all([total(form), total(form)]);
  for (const count of seen) expect(count).toBeGreaterThanOrEqual(80);
  const after = (await Promise.all(loads)).flat();
  expect(shardsOf(after)).toEqual(new Set(["0", "1"]));
  expect(await total(form)).toBe(160);
  expect((await form.list("?limit=1000")).responses).toHaveLength(160);
  const verified = await form.call("POST", `/api/v1/forms/${form.formId}/verify`);
  expect(await verified.json()).toMatchObject({ ok: true, responses: 160, entries: 160, drift: [] });
});

test("a repeat finds its first reply however often the form was spread in between", async () => {
  const form = await createForm();
  const first = await submitMany(form, 20, "k");
  await spread(form);
  laterBy(SPREAD_COOLDOWN_MS + 1);
  const second = await submitMany(form, 20, "l");
  await spread(form);
  laterBy(SPREAD_COOLDOWN_MS + 1);
  expect(await submitMany(form, 20, "k")).toEqual(first);
  expect(await submitMany(form, 20, "l")).toEqual(second);
  expect((await problemOf(await form.submit({ name: "other" }, keyed("k1")))).code).toBe("idempotency_key_reused");
  expect(await total(form)).toBe(40);
  expect(shardsOf(await submitMany(form, 40, "m")).size).toBe(4);
});

test("a repeat finds its first reply after the number of ledgers was changed by hand", async () => {
  const form = await createForm({ shards: 3 });
  const first = await submitMany(form, 20, "k");
  const settings = { shards: 5 };
  expect((await form.call("PATCH", `/api/v1/forms/${form.formId}`, { schema: { fields: FIELDS, settings } })).status).toBe(200);
  expect((await form.call("POST", `/api/v1/forms/${form.formId}/publish`)).status).toBe(200);
  laterBy(SPREAD_AFTER_MS);
  expect((await submitMany(form, 20, "k")).map(({ id }) => id)).toEqual(first.map(({ id }) => id));
  expect(await total(form)).toBe(20);
});

test("a repeat finds its first reply when quotas have come or gone in between", async () => {
  const form = await createForm({ shards: 4, quota: { limit: 50 } });
  const first = await submitMany(form, 12, "k");
  expect(shardsOf(first)).toEqual(new Set(["0"]));
  const publish = async (settings: object) => {
    expect((await form.call("PATCH", `/api/v1/forms/${form.formId}`, { schema: { fields: FIELDS, settings } })).status).toBe(200);
    expect((await form.call("POST", `/api/v1/forms/${form.formId}/publish`)).status).toBe(200);
  };
  await publish({ shards: 4 });
  expect(await submitMany(form, 12, "k")).toEqual(first);
  const second = await submitMany(form, 12, "l");
  expect(shardsOf(second).size).toBeGreaterThan(1);
  laterBy(3_600_000);
  await publish({ shards: 4, quota: { limit: 50 } });
  expect(await submitMany(form, 12, "l")).toEqual(second);
  expect(await total(form)).toBe(24);
});

test("a submit that is still on its old way when its repeat arrives on the new one is not taken twice", async () => {
  const form = await createForm();
  await form.accepted({ name: "first" });
  const late = env.LEDGER.getByName(ledgerName(form.formId, 0));
  expect(await late.handOver("key", "body")).toBeNull();
  expect(await late.replay("key", "body")).toEqual({ kind: "refused", reason: "moved" });
  expect(await late.replay("another", "body")).toBeNull();
});

test("routes: new ledgers are used only once every cache knows them, and a day later the old way is forgotten", () => {
  const since = 1_800_000_000_000;
  const spreadSteps = [1, 2, 4].map((shards, i) => ({ shards, since: since + i * 100_000 }));
  const form = { schema: { fields: [], settings: { shards: 4 } }, spread: spreadSteps, publishedAt: since };
  const keys = Array.from({ length: 200 }, (_, i) => `key${i}`);
  const used = (at: number) => new Set(keys.map((key) => routeFor(form, key, at).shard)).size;
  expect([0, 100_000, 100_000 + SPREAD_AFTER_MS, 200_000, 200_000 + SPREAD_AFTER_MS].map((ms) => used(since + ms))).toEqual([
    1, 1, 2, 2, 4,
  ]);
  const soon = since + 300_000;
  for (const key of keys) {
    const { shard, before } = routeFor(form, key, soon);
    for (const at of [since, since + 150_000]) expect([shard, ...before]).toContain(routeFor(form, key, at).shard);
    expect(routeFor(form, key, soon + 2 * 86_400_000).before).toEqual([]);
  }
});

test("who listens to several ledgers hears of one more without coming again", async () => {
  const form = await createForm({ shards: 2 });
  const listener = await listen(form, form.formId);
  laterBy(SPREAD_COOLDOWN_MS + 1);
  expect(await spread(form)).toBe(4);
  laterBy(SPREAD_AFTER_MS);
  const receipts = await submitMany(form, 24, "n");
  expect(shardsOf(receipts).size).toBe(4);
  await listener.until(() => listener.changes.length >= 24);
  expect(listener.changes.map(({ data }) => data.id).toSorted()).toEqual(receipts.map(({ id }) => id).toSorted());
  expect(listener.closed).toBe(false);
});

test("who listened before comes again, and misses nothing", async () => {
  const form = await createForm();
  const early = await listen(form, form.formId);
  await form.accepted({ name: "zero" });
  await early.until(() => early.last("metrics")?.seq === 1);
  const { position } = early.last("metrics") ?? { position: "" };
  const closed = new Promise<number>((resolve) => early.socket.addEventListener("close", ({ code }) => resolve(code)));
  await spread(form);
  laterBy(SPREAD_AFTER_MS);
  const receipts = await submitMany(form, 12, "n");
  expect(shardsOf(receipts).size).toBe(2);
  expect(await closed).toBe(1012);
  const again = await listen(form, form.formId, `?after_seq=${position}`);
  await again.until(() => again.changes.length >= 12);
  expect(again.changes.map(({ data }) => data.id).toSorted()).toEqual(receipts.map(({ id }) => id).toSorted());
});
