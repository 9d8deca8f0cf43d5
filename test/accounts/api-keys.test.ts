import { env } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import { actionsOn, auditOf } from "../support/audit";
import { send } from "../support/send";
import { createWorld, type World } from "../support/world";

const MINUTE = 60_000;

interface Key {
  id: string;
  key: string;
  hint: string;
  scopes: string[];
  last_used_at: string | null;
  revoked_at: string | null;
}

afterEach(() => vi.useRealTimers());

const inMinutes = (minutes: number) => vi.setSystemTime(Date.now() + minutes * MINUTE);

async function make(world: World, input: object = {}): Promise<Key> {
  const reply = await world.call("POST", "/api/v1/api-keys", { name: "Export", scopes: ["read"], ...input }, { as: "admin" });
  expect(reply.status, await reply.clone().text()).toBe(201);
  return reply.json();
}

const use = (key: string) => send("GET", "/api/v1/forms", undefined, { headers: { Authorization: `Bearer ${key}` } });

describe("making a key", () => {
  test("it is shown once, works with its scopes, leaves an audit row, and is nowhere in the store", async () => {
    const world = await createWorld();
    const { id, key, hint } = await make(world);
    expect(key).toMatch(/^hw_[\w-]{32}$/);
    expect(key.startsWith(hint)).toBe(true);
    expect((await use(key)).status).toBe(200);
    const write = await send("POST", "/api/v1/forms", {}, { headers: { "X-API-Key": key } });
    expect(write.status).toBe(403);
    expect(await auditOf(id)).toMatchObject([
      { action: "api_key.created", actor_kind: "user", actor_id: (await world.member("admin")).userId },
    ]);
    const listed = await (await world.call("GET", "/api/v1/api-keys", undefined, { as: "admin" })).text();
    expect(listed).toContain(id);
    const { results: tables } = await env.DB.prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
    ).all<{
      name: string;
    }>();
    expect(tables.length).toBeGreaterThan(8);
    expect(listed).not.toContain(key);
    // What other tests have filled these tables with is too much to look through as one text: the newest rows are ours.
    for (const { name } of tables) {
      const { results } = await env.DB.prepare(`SELECT * FROM "${name}" ORDER BY 1 DESC LIMIT 500`).all();
      expect(JSON.stringify(results), name).not.toContain(key);
    }
  });

  test("kept under an Idempotency-Key, it is sealed", async () => {
    const world = await createWorld();
    const headers = { "Idempotency-Key": "make-the-key-once" };
    const body = { name: "Export", scopes: ["read"] };
    const [first, second] = [
      await world.call("POST", "/api/v1/api-keys", body, { as: "admin", headers }),
      await world.call("POST", "/api/v1/api-keys", body, { as: "admin", headers }),
    ];
    const { key }: Key = await first.json();
    expect(((await second.json()) as Key).key).toBe(key);
    const { results } = await env.DB.prepare("SELECT * FROM idempotency_keys").all();
    expect(JSON.stringify(results)).not.toContain(key);
  });

  test("only an admin who is a person makes one; a key never does", async () => {
    const world = await createWorld();
    const body = { name: "Export", scopes: ["read"] };
    expect((await world.call("POST", "/api/v1/api-keys", body)).status).toBe(403);
    expect((await world.call("POST", "/api/v1/api-keys", body, { as: "editor" })).status).toBe(403);
  });

  test("what makes no sense is refused", async () => {
    const world = await createWorld();
    const tried = (input: object) => world.call("POST", "/api/v1/api-keys", { name: "x", scopes: ["read"], ...input }, { as: "admin" });
    for (const input of [
      { scopes: [] },
      { scopes: ["manage"] },
      { name: " " },
      { expires_at: "2020-01-01T00:00:00Z" },
      { expires_at: "soon" },
    ]) {
      expect((await tried(input)).status, JSON.stringify(input)).toBe(422);
    }
  });
});

describe("the life of a key", () => {
  test("revoked, it stops at once, and cannot be revoked or renamed again", async () => {
    const world = await createWorld();
    const { id, key } = await make(world);
    expect((await use(key)).status).toBe(200);
    expect((await world.call("DELETE", `/api/v1/api-keys/${id}`, undefined, { as: "admin" })).status).toBe(204);
    expect((await use(key)).status).toBe(401);
    expect((await world.call("DELETE", `/api/v1/api-keys/${id}`, undefined, { as: "admin" })).status).toBe(409);
    expect((await world.call("PATCH", `/api/v1/api-keys/${id}`, { name: "New" }, { as: "admin" })).status).toBe(409);
    expect(await actionsOn(id)).toEqual(["api_key.created", "api_key.revoked"]);
  });

  test("renamed by an admin of its workspace alone", async () => {
    const [world, other] = [await createWorld(), await createWorld()];
    const { id } = await make(world);
    expect((await other.call("PATCH", `/api/v1/api-keys/${id}`, { name: "Mine" }, { as: "admin" })).status).toBe(404);
    expect((await other.call("DELETE", `/api/v1/api-keys/${id}`, undefined, { as: "admin" })).status).toBe(404);
    expect((await world.call("PATCH", `/api/v1/api-keys/${id}`, { name: "Mine" }, { as: "viewer" })).status).toBe(403);
    const renamed = await world.call("PATCH", `/api/v1/api-keys/${id}`, { name: "Weekly" }, { as: "admin" });
    expect(await renamed.json()).toMatchObject({ id, name: "Weekly" });
    expect(await actionsOn(id)).toEqual(["api_key.created", "api_key.renamed"]);
  });

  test("a key revoked elsewhere is remembered for no more than five seconds", async () => {
    const world = await createWorld();
    const { id, key } = await make(world);
    expect((await use(key)).status).toBe(200);
    await env.DB.prepare("UPDATE api_keys SET revoked_at = 1 WHERE id = ?1").bind(id).run();
    vi.setSystemTime(Date.now() + 5_001);
    expect((await use(key)).status).toBe(401);
  });

  test("it expires, even while it is remembered", async () => {
    const world = await createWorld();
    const { key } = await make(world, { expires_at: new Date(Date.now() + 2_000).toISOString() });
    expect((await use(key)).status).toBe(200);
    vi.setSystemTime(Date.now() + 2_001);
    expect((await use(key)).status).toBe(401);
  });

  test("its last use is written down, at most once a minute", async () => {
    const world = await createWorld();
    const { id, key } = await make(world);
    const lastUse = () => env.DB.prepare("SELECT last_used_at FROM api_keys WHERE id = ?1").bind(id).first<number>("last_used_at");
    const start = Date.now();
    vi.setSystemTime(start);
    await use(key);
    expect(await lastUse()).toBe(start);
    vi.setSystemTime(start + MINUTE - 1);
    await use(key);
    expect(await lastUse()).toBe(start);
    vi.setSystemTime(start + MINUTE);
    await use(key);
    expect(await lastUse()).toBe(start + MINUTE);
  });

  test("a deleted workspace's keys open nothing", async () => {
    const world = await createWorld();
    const { key } = await make(world);
    expect((await world.call("DELETE", `/api/v1/workspaces/${world.workspaceId}`, undefined, { as: "admin" })).status).toBe(204);
    inMinutes(1);
    expect((await use(key)).status).toBe(401);
  });
});
