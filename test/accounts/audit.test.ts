import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { idFloor } from "../../src/shared/ids";
import { makePerson, makeSession } from "../support/people";
import { send } from "../support/send";
import { createWorld, type World } from "../support/world";

const HOUR = 60 * 60 * 1000;
let nth = 0;

interface Page {
  audit_entries: { id: string; action: string; target: { id: string }; details: Record<string, unknown> | null; ip: string | null }[];
  next_cursor: string | null;
}

async function write(
  world: World,
  action: string,
  at: number,
  more: { actor?: string; target?: string; details?: object } = {},
): Promise<string> {
  // Not newId: ids of one isolate never go back in time, and tests that ran before may have moved it.
  const id = `${idFloor("audit", at)}${String(++nth).padStart(16, "0")}`;
  await env.DB.prepare(
    "INSERT INTO audit_log (id, workspace_id, actor_kind, actor_id, action, target_kind, target_id, details, ip, at) VALUES (?1, ?2, 'user', ?3, ?4, 'thing', ?5, ?6, '203.0.113.7', ?7)",
  )
    .bind(id, world.workspaceId, more.actor ?? "usr_1", action, more.target ?? "frm_1", JSON.stringify(more.details ?? {}), at)
    .run();
  return id;
}

async function read(world: World, query = ""): Promise<Page> {
  const reply = await world.call("GET", `/api/v1/audit${query}`, undefined, { as: "admin" });
  expect(reply.status, await reply.clone().text()).toBe(200);
  return reply.json();
}

const actions = (page: Page) => page.audit_entries.map(({ action }) => action);

test("newest first, in pages that neither repeat nor skip", async () => {
  const world = await createWorld();
  for (let i = 0; i < 7; i++) await write(world, `form.changed_${i}`, Date.now());
  const seen: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: Page = await read(world, `?limit=3${cursor && `&cursor=${cursor}`}`);
    seen.push(...actions(page));
    cursor = page.next_cursor;
  }
  expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((i) => `form.changed_${i}`));
});

test("filtered by action, kind of action, actor, target, time and text", async () => {
  const world = await createWorld();
  const start = Date.now() + HOUR;
  await write(world, "form.created", start, { target: "frm_a", details: { title: "100% cotton" } });
  await write(world, "form.published", start + HOUR, { target: "frm_a", actor: "key_1" });
  await write(world, "formula.checked", start + 2 * HOUR, { target: "frm_b", details: { title: "Lunch_menu" } });
  const iso = (at: number) => encodeURIComponent(new Date(at).toISOString());
  expect(actions(await read(world, "?action=form.published"))).toEqual(["form.published"]);
  expect(actions(await read(world, "?action=form.*"))).toEqual(["form.published", "form.created"]);
  expect(actions(await read(world, "?actor=key_1"))).toEqual(["form.published"]);
  expect(actions(await read(world, "?target=frm_b"))).toEqual(["formula.checked"]);
  expect(actions(await read(world, `?since=${iso(start + HOUR)}`))).toEqual(["formula.checked", "form.published"]);
  expect(actions(await read(world, `?since=${iso(start)}&until=${iso(start + HOUR)}`))).toEqual(["form.created"]);
  expect(actions(await read(world, "?q=lunch_"))).toEqual(["formula.checked"]);
  expect(actions(await read(world, `?q=${encodeURIComponent("0%")}`))).toEqual(["form.created"]);
  expect(actions(await read(world, `?q=${encodeURIComponent("%%")}`))).toEqual([]);
});

test("a search looks at a bounded number of rows and goes on from there", async () => {
  const world = await createWorld();
  const first = await write(world, "needle.found", Date.now());
  const prefix = first.slice(0, -8);
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
     INSERT INTO audit_log (id, workspace_id, actor_kind, actor_id, action, target_kind, target_id, at)
     SELECT ?1 || 'zz' || printf('%06d', i), ?2, 'system', 'headwater', 'hay.added', 'thing', 'x', ?3 FROM n`,
  )
    .bind(prefix, world.workspaceId, Date.now())
    .run();
  const page = await read(world, "?action=needle.found");
  expect(page.audit_entries).toEqual([]);
  expect(page.next_cursor).not.toBeNull();
  const rest = await read(world, `?action=needle.found&cursor=${page.next_cursor}`);
  expect(actions(rest)).toEqual(["needle.found"]);
  expect(rest.next_cursor).toBeNull();
});

test("it is a workspace's own, for its admins, and finds its way by the index", async () => {
  const [world, other] = [await createWorld(), await createWorld()];
  await write(other, "form.created", Date.now());
  expect(await read(world)).toEqual({ audit_entries: [], next_cursor: null });
  expect((await world.call("GET", "/api/v1/audit", undefined, { as: "editor" })).status).toBe(403);
  expect((await world.call("GET", "/api/v1/audit")).status).toBe(403);
  const { results } = await env.DB.prepare(
    "EXPLAIN QUERY PLAN SELECT * FROM audit_log WHERE workspace_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT 5000",
  )
    .bind("ws", "aud_z")
    .all<{ detail: string }>();
  expect(results.map(({ detail }) => detail).join()).toContain("audit_by_workspace");
});

test("an id that a trigger made sorts with those that we make", async () => {
  const before = idFloor("audit", Date.now());
  const world = await createWorld();
  const { userId } = await world.member("viewer");
  const row = await env.DB.prepare("SELECT id, at FROM audit_log WHERE target_id = ?1").bind(userId).first<{ id: string; at: number }>();
  expect(row?.id).toMatch(/^aud_[0-9a-z]{26}$/);
  expect(Math.abs(Date.now() - Number(row?.at))).toBeLessThan(60_000);
  // Ten digits of time: the first eight are the same within a second.
  expect(Math.abs(Number.parseInt(row?.id.slice(4, 10) ?? "", 32) - Number.parseInt(before.slice(4, 10), 32))).toBeLessThanOrEqual(1);
});

test("a person reads what happened to their own account, and nobody else's", async () => {
  const [person, other] = [await makePerson(), await makePerson()];
  await makeSession(person.userId);
  const reply = await send("GET", "/api/v1/auth/activity?limit=2", undefined, { cookie: person.cookie });
  const page: Page = await reply.json();
  expect(actions(page)).toEqual(["session.created", "session.created"]);
  const rest: Page = await (
    await send("GET", `/api/v1/auth/activity?cursor=${page.next_cursor}`, undefined, { cookie: person.cookie })
  ).json();
  expect(actions(rest)).toEqual(["user.created"]);
  expect(JSON.stringify([page, rest])).not.toContain(other.userId);
  const { results } = await env.DB.prepare(
    "EXPLAIN QUERY PLAN SELECT * FROM audit_log WHERE workspace_id IS NULL AND actor_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT 100",
  )
    .bind("usr", "aud_z")
    .all<{ detail: string }>();
  expect(results.map(({ detail }) => detail).join()).toContain("audit_of_person");
});
