import { env } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import { BOOKMARK_HEADER } from "../../src/middleware/bookmarks";
import { bookmarkOfNow, observeReplicas, readsFrom } from "../../src/store/replicas";
import { testContext } from "../support/context";
import { createWorld } from "../support/world";

const FORM = { title: "Survey", schema: { fields: [{ name: "name", type: "short_text", label: "Name" }] } };
const withBookmark = (bookmark: string) => ({ headers: { [BOOKMARK_HEADER]: bookmark } });

/** Where each read of the control plane asked, in order; reads without a session are not among them. */
function watchSessions() {
  const opened: (string | undefined)[] = [];
  const original = Object.getPrototypeOf(env.DB).withSession as (at?: string) => D1DatabaseSession;
  const spy = vi.spyOn(Object.getPrototypeOf(env.DB), "withSession").mockImplementation(function (this: D1Database, at?: unknown) {
    opened.push(at as string | undefined);
    return original.call(this, at as string | undefined);
  });
  return { opened, [Symbol.dispose]: () => spy.mockRestore() };
}

test("who sends no bookmark is answered by the primary and hears of none", async () => {
  const world = await createWorld();
  using sessions = watchSessions();
  expect((await world.call("POST", "/api/v1/forms", FORM)).headers.get(BOOKMARK_HEADER)).toBeNull();
  expect((await world.call("GET", "/api/v1/forms")).headers.get(BOOKMARK_HEADER)).toBeNull();
  expect(sessions.opened).toEqual([]);
});

test("a write tells where it stands, and a read from there shows it", async () => {
  const world = await createWorld();
  using sessions = watchSessions();
  const first = await world.call("GET", "/api/v1/forms", undefined, withBookmark("none"));
  const before = first.headers.get(BOOKMARK_HEADER) ?? "";
  expect(before).not.toBe("");
  const created = await world.call("POST", "/api/v1/forms", FORM, withBookmark(before));
  expect(created.status).toBe(201);
  const after = created.headers.get(BOOKMARK_HEADER) ?? "";
  expect(after > before).toBe(true);
  const { id } = await created.json<{ id: string }>();
  const read = await world.call("GET", `/api/v1/forms/${id}`, undefined, withBookmark(after));
  expect(read.status).toBe(200);
  const now = read.headers.get(BOOKMARK_HEADER) ?? "";
  expect(now >= after).toBe(true);
  const list = await world.call("GET", "/api/v1/forms", undefined, withBookmark(now));
  expect((await list.json<{ forms: { id: string }[] }>()).forms.map((form) => form.id)).toEqual([id]);
  expect(sessions.opened).toEqual(["first-primary", "first-primary", after, now]);
});

test.for(["", " ", "a b", "x".repeat(129), "first-unconstrained;"])(
  "a bookmark that is none, %j, is as if it had not been sent",
  async (bad) => {
    const world = await createWorld();
    using sessions = watchSessions();
    const reply = await world.call("GET", "/api/v1/forms", undefined, withBookmark(bad));
    expect([reply.status, reply.headers.get(BOOKMARK_HEADER)]).toEqual([200, null]);
    expect(sessions.opened).toEqual([]);
  },
);

test("who may read is asked of the primary: a key that was just revoked opens nothing, whatever bookmark comes with it", async () => {
  const world = await createWorld();
  const key = await world.makeKey(["read"]);
  const bookmark = (await bookmarkOfNow(env)) ?? "";
  await env.DB.prepare("DELETE FROM api_keys WHERE workspace_id = ?").bind(world.workspaceId).run();
  using sessions = watchSessions();
  expect((await world.call("GET", "/api/v1/forms", undefined, { key, ...withBookmark(bookmark) })).status).toBe(401);
  expect(sessions.opened).toEqual([]);
});

test("a failed write tells nothing", async () => {
  const world = await createWorld();
  const reply = await world.call("POST", "/api/v1/forms", { title: 5 }, withBookmark("none"));
  expect([reply.status, reply.headers.get(BOOKMARK_HEADER)]).toEqual([422, null]);
});

test("one session goes on from what it has read, and the wait for replicas is observed", async () => {
  const reads = readsFrom(env, "first-primary");
  expect(reads.bookmark()).toBeNull();
  await reads.db.run("SELECT 1");
  expect(reads.bookmark()).not.toBeNull();
  using sessions = watchSessions();
  await observeReplicas(testContext());
  expect(sessions.opened[0]).toBe("first-primary");
  expect(sessions.opened[1]).toMatch(/^[0-9a-f-]{30,}$/);
});
