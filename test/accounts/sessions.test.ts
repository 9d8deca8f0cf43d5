import { env } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import { forgetExpiredAccess } from "../../src/accounts";
import { actionsOn, auditOf } from "../support/audit";
import { testContext } from "../support/context";
import { addMember, makePerson, makeSession } from "../support/people";
import { send } from "../support/send";
import { createWorld } from "../support/world";

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

afterEach(() => vi.useRealTimers());

const whoAmI = (cookie: string, headers: Record<string, string> = {}) =>
  send("GET", "/api/v1/auth/session", undefined, { cookie, headers });

describe("limits", () => {
  test("unused for seven days, it is over", async () => {
    const { cookie } = await makePerson();
    vi.setSystemTime(Date.now() + 7 * DAY - HOUR);
    expect((await whoAmI(cookie)).status).toBe(200);
    vi.setSystemTime(Date.now() + 7 * DAY + HOUR);
    expect((await whoAmI(cookie)).status).toBe(401);
  });

  test("used every day, it is over thirty days after signing in all the same", async () => {
    const { cookie } = await makePerson();
    const start = Date.now();
    for (let day = 3; day < 30; day += 3) {
      vi.setSystemTime(start + day * DAY);
      expect((await whoAmI(cookie)).status, `day ${day}`).toBe(200);
    }
    vi.setSystemTime(start + 30 * DAY + 1);
    expect((await whoAmI(cookie)).status).toBe(401);
  });

  test("a deployment may shorten both, also for sessions that began before", async () => {
    const { cookie } = await makePerson();
    const later = (ms: number, settings: Partial<Env>) => {
      vi.useRealTimers();
      vi.setSystemTime(Date.now() + ms);
      return send("GET", "/api/v1/auth/session", undefined, { cookie, settings });
    };
    expect((await later(25 * HOUR, { SESSION_ABSOLUTE_DAYS: "1" })).status).toBe(401);
    expect((await later(25 * HOUR, { SESSION_IDLE_DAYS: "1" })).status).toBe(401);
    expect((await later(25 * HOUR, { SESSION_IDLE_DAYS: "nonsense" })).status).toBe(200);
  });

  test("use is written down at most once an hour", async () => {
    const { cookie, sessionId } = await makePerson();
    const used = () => env.DB.prepare("SELECT last_used_at FROM sessions WHERE id = ?1").bind(sessionId).first<number>("last_used_at");
    const first = Number(await used());
    vi.setSystemTime(first + HOUR - 1);
    await whoAmI(cookie);
    expect(await used()).toBe(first);
    vi.setSystemTime(first + HOUR);
    await whoAmI(cookie);
    expect(await used()).toBe(first + HOUR);
  });

  test("what has run out is swept without an audit row, what is good stays", async () => {
    const { userId, sessionId } = await makePerson();
    const other = await makeSession(userId);
    await env.DB.prepare("UPDATE sessions SET last_used_at = last_used_at - ?2, expires_at = expires_at - ?2 WHERE id = ?1")
      .bind(sessionId, 31 * DAY)
      .run();
    await forgetExpiredAccess(testContext());
    const { results } = await env.DB.prepare("SELECT id FROM sessions WHERE user_id = ?1").bind(userId).all();
    expect(results).toEqual([{ id: other.sessionId }]);
    expect(await actionsOn(sessionId)).toEqual(["session.created"]);
  });
});

describe("list and revoke", () => {
  test("a person sees their sessions and which one is this", async () => {
    const { cookie, sessionId, userId } = await makePerson();
    const other = await makeSession(userId);
    const { sessions }: { sessions: { id: string; current: boolean; device: string }[] } = await (
      await send("GET", "/api/v1/sessions", undefined, { cookie })
    ).json();
    expect(sessions.map(({ id, current }) => [id, current])).toEqual([
      [other.sessionId, false],
      [sessionId, true],
    ]);
    expect(sessions[0]?.device).toBe("Test Browser");
    expect(JSON.stringify(sessions)).not.toContain(decodeURIComponent(cookie.split("=")[1] ?? "").split(".")[0]);
  });

  test("a revoked session is refused with the very next request; who did it is written down", async () => {
    const { cookie, userId } = await makePerson();
    const other = await makeSession(userId);
    expect((await whoAmI(other.cookie)).status).toBe(200);
    expect((await send("DELETE", `/api/v1/sessions/${other.sessionId}`, undefined, { cookie })).status).toBe(204);
    expect((await whoAmI(other.cookie)).status).toBe(401);
    expect((await whoAmI(cookie)).status).toBe(200);
    expect((await send("DELETE", `/api/v1/sessions/${other.sessionId}`, undefined, { cookie })).status).toBe(404);
    const [, ended] = await auditOf(other.sessionId);
    expect(ended).toMatchObject({ action: "session.ended", actor_id: userId, ip: "203.0.113.7", details: '{"reason":"revoked"}' });
  });

  test("all others at once", async () => {
    const { cookie, userId } = await makePerson();
    const others = await Promise.all([makeSession(userId), makeSession(userId)]);
    const reply = await send("POST", "/api/v1/sessions/revoke-others", undefined, { cookie });
    expect(await reply.json()).toEqual({ revoked: 2 });
    for (const other of others) expect((await whoAmI(other.cookie)).status).toBe(401);
    expect((await whoAmI(cookie)).status).toBe(200);
  });

  test("not somebody else's, and not with a key", async () => {
    const [mine, theirs] = [await makePerson(), await makePerson()];
    expect((await send("DELETE", `/api/v1/sessions/${theirs.sessionId}`, undefined, { cookie: mine.cookie })).status).toBe(404);
    expect((await whoAmI(theirs.cookie)).status).toBe(200);
    const world = await createWorld();
    expect((await world.call("GET", "/api/v1/sessions")).status).toBe(403);
  });
});

describe("cookies", () => {
  test("a forged one speaks for nobody", async () => {
    const { cookie } = await makePerson();
    const [name, value] = cookie.split("=");
    const forged = `${name}=${encodeURIComponent(`${decodeURIComponent(value ?? "").slice(0, -5)}AAAA=`)}`;
    expect((await whoAmI(forged)).status).toBe(401);
    expect((await whoAmI(`${name}=nonsense`)).status).toBe(401);
  });

  test("one signed under the secret before the last change still works", async () => {
    const { cookie } = await makePerson();
    const settings = { APP_SECRET: "another-secret-of-more-than-thirty-two-characters", APP_SECRET_PREVIOUS: env.APP_SECRET };
    expect((await send("GET", "/api/v1/auth/session", undefined, { cookie, settings })).status).toBe(200);
  });

  test.each<[string, Record<string, string>, number]>([
    ["our own origin", { Origin: "https://headwater.test" }, 201],
    ["the public address", { Origin: "http://localhost:8787" }, 201],
    ["no browser", {}, 201],
    ["typed into the address bar", { "Sec-Fetch-Site": "none" }, 201],
    ["another origin", { Origin: "https://evil.example" }, 403],
    ["a sibling", { Origin: "https://other.headwater.test" }, 403],
    ["a sandboxed frame", { Origin: "null" }, 403],
    ["another site without Origin", { "Sec-Fetch-Site": "cross-site" }, 403],
    ["a sibling without Origin", { "Sec-Fetch-Site": "same-site" }, 403],
  ])("a change from %s", async (_, headers, status) => {
    const { cookie } = await makePerson();
    const reply = await send("POST", "/api/v1/workspaces", { name: "New" }, { cookie, headers });
    expect(reply.status).toBe(status);
  });

  test("reading from elsewhere is no change; opening a socket counts as one", async () => {
    const { cookie } = await makePerson();
    expect((await whoAmI(cookie, { Origin: "https://evil.example" })).status).toBe(200);
    expect((await whoAmI(cookie, { Origin: "https://evil.example", Upgrade: "websocket" })).status).toBe(403);
  });
});

describe("which workspace", () => {
  test("the first joined, the one chosen, or the one named; never another's", async () => {
    const [first, second, foreign] = [await createWorld(), await createWorld(), await createWorld()];
    const person = await makePerson();
    expect(await (await whoAmI(person.cookie)).json()).toMatchObject({ workspace_id: null, role: null });
    await addMember(first.workspaceId, person.userId, "viewer");
    await addMember(second.workspaceId, person.userId, "editor");
    expect(await (await whoAmI(person.cookie)).json()).toMatchObject({ workspace_id: first.workspaceId, role: "viewer" });
    expect(await (await whoAmI(person.cookie, { "X-Workspace-Id": second.workspaceId })).json()).toMatchObject({ role: "editor" });
    const activate = (id: string) => send("POST", `/api/v1/workspaces/${id}/activate`, undefined, { cookie: person.cookie });
    expect((await activate(second.workspaceId)).status).toBe(200);
    expect(await (await whoAmI(person.cookie)).json()).toMatchObject({ workspace_id: second.workspaceId });
    expect((await activate(foreign.workspaceId)).status).toBe(404);
    expect((await whoAmI(person.cookie, { "X-Workspace-Id": foreign.workspaceId })).status).toBe(404);
    expect((await whoAmI(person.cookie, { "X-Workspace-Id": "ws_nobody" })).status).toBe(404);
  });
});
