import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { expect, test } from "vitest";
import { createApp } from "../../src/app";
import { createWorld, OPERATOR, ORIGIN, type World } from "../support/world";

const app = createApp();
const KEY = "form_sharding";
const path = `/api/v1/admin/flags/${KEY}`;

async function isOn(world: World): Promise<boolean | undefined> {
  const reply = await world.call("GET", "/api/v1/flags");
  const { flags }: { flags: { key: string; enabled: boolean }[] } = await reply.json();
  return flags.find(({ key }) => key === KEY)?.enabled;
}

test("what the operator sets is what each workspace sees, at once, and leaves an audit row", async () => {
  const [mine, other] = [await createWorld(), await createWorld()];
  const began = Date.now();
  const put = (body: object) => mine.call("PUT", path, body, OPERATOR);
  expect((await put({ enabled: true, percentage: 0, allowed: [mine.workspaceId] })).status).toBe(200);
  expect([await isOn(mine), await isOn(other)]).toEqual([true, false]);
  await put({ enabled: true, percentage: 100, blocked: [mine.workspaceId] });
  expect([await isOn(mine), await isOn(other)]).toEqual([false, true]);
  await put({ enabled: false, percentage: 100, allowed: [mine.workspaceId] });
  expect([await isOn(mine), await isOn(other)]).toEqual([false, false]);

  const { results } = await env.DB.prepare(
    "SELECT workspace_id, actor_id, details FROM audit_log WHERE action = 'flag.changed' AND target_id = ?1 AND at >= ?2 ORDER BY id",
  )
    .bind(KEY, began)
    .all<{ workspace_id: null; actor_id: string; details: string }>();
  expect(results.map(({ workspace_id, actor_id }) => [workspace_id, actor_id])).toEqual(Array(3).fill([null, "operator"]));
  expect(JSON.parse(results[2]?.details ?? "")).toEqual({ enabled: false, percentage: 100, allowed: [mine.workspaceId], blocked: [] });

  const listed: { flags: { key: string; enabled: boolean }[] } = await (
    await mine.call("GET", "/api/v1/admin/flags", undefined, OPERATOR)
  ).json();
  expect(listed.flags.find(({ key }) => key === KEY)).toMatchObject({ enabled: false, percentage: 100 });
  await put({ enabled: true, percentage: 100 });
});

test("nobody but the operator changes them, and bad input changes nothing", async () => {
  const world = await createWorld();
  const body = { enabled: false };
  const status = async (options: object, sent: unknown = body, to = path) => (await world.call("PUT", to, sent, options)).status;
  expect(await status({})).toBe(401);
  expect(await status({ key: null })).toBe(401);
  expect(await status({ key: null, headers: { "X-Operator-Token": "wrong" } })).toBe(401);
  expect(await status(OPERATOR, body, "/api/v1/admin/flags/no_such_flag")).toBe(422);
  for (const bad of [
    { enabled: "yes" },
    { enabled: true, percentage: 101 },
    { enabled: true, allowed: ["frm_1"] },
    { enabled: true, x: 1 },
  ]) {
    expect(await status(OPERATOR, bad), JSON.stringify(bad)).toBe(422);
  }
  expect((await world.call("GET", "/api/v1/flags", undefined, { key: await world.makeKey(["submit"]) })).status).toBe(403);
});

test.each([undefined, "too-short"])("without a real token the operator's routes are not there (%s)", async (token) => {
  const context = createExecutionContext();
  const request = new Request(`${ORIGIN}/api/v1/admin/flags`, { headers: { "X-Operator-Token": token ?? "" } });
  const reply = await app.fetch(request, { ...env, OPERATOR_TOKEN: token } as Env, context);
  await waitOnExecutionContext(context);
  expect(reply.status).toBe(404);
});
