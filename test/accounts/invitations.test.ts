import { env } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import { actionsOn, auditOf } from "../support/audit";
import { linkToken, newestMail } from "../support/mailbox";
import { makePerson } from "../support/people";
import { cookieOf, send } from "../support/send";
import { createWorld, type World } from "../support/world";

const DAY = 24 * 60 * 60 * 1000;
const PASSWORD = "seven green bicycles";
let nth = 0;
const freshEmail = () => `invited-${++nth}-${Date.now()}@people.test`;

afterEach(() => vi.useRealTimers());

async function invited(world: World, email: string, role = "editor"): Promise<{ id: string; token: string }> {
  const reply = await world.call("POST", "/api/v1/invitations", { email, role }, { as: "admin" });
  expect(reply.status, await reply.clone().text()).toBe(201);
  const { id }: { id: string } = await reply.json();
  return { id, token: await linkToken(email, "invitation") };
}

const accept = (token: string, cookie: string) => send("POST", "/api/v1/invitations/accept", { token }, { cookie });
const codeOf = async (reply: Response) => [reply.status, ((await reply.json()) as { code: string }).code];

describe("inviting", () => {
  test("sends a mail with a link; its token is hashed in the store", async () => {
    const world = await createWorld();
    const email = freshEmail();
    const { id, token } = await invited(world, email.toUpperCase().toLowerCase());
    expect((await newestMail(email, "invitation"))?.subject).toContain("Test workspace");
    expect(JSON.stringify(await env.DB.prepare("SELECT * FROM invitations WHERE id = ?1").bind(id).first())).not.toContain(token);
    expect(await auditOf(id)).toMatchObject([{ action: "invitation.created", details: JSON.stringify({ email, role: "editor" }) }]);
    const looked = await send("POST", "/api/v1/invitations/look-up", { token });
    expect(await looked.json()).toEqual({ workspace_name: "Test workspace", email, role: "editor" });
  });

  test("not twice for an address, not for a member, and by admins alone", async () => {
    const world = await createWorld();
    const email = freshEmail();
    await invited(world, email);
    const ask = (address: string, as: "admin" | "editor" = "admin") =>
      world.call("POST", "/api/v1/invitations", { email: address, role: "viewer" }, { as });
    const mails = () => env.DB.prepare("SELECT count(*) AS n FROM mail_messages WHERE recipient = ?1").bind(email).first<number>("n");
    expect(await codeOf(await ask(email.toUpperCase()))).toEqual([409, "already_invited"]);
    expect(await mails()).toBe(1);
    expect(await codeOf(await ask((await world.member("viewer")).email))).toEqual([409, "already_member"]);
    expect((await ask(freshEmail(), "editor")).status).toBe(403);
    expect((await world.call("POST", "/api/v1/invitations", { email, role: "viewer" })).status).toBe(403);
    expect((await world.call("POST", "/api/v1/invitations", { email, role: "owner" }, { as: "admin" })).status).toBe(422);
  });

  test("again after the first has expired", async () => {
    const world = await createWorld();
    const email = freshEmail();
    const { id } = await invited(world, email);
    vi.setSystemTime(Date.now() + 8 * DAY);
    await env.DB.prepare("UPDATE sessions SET last_used_at = ?1, expires_at = ?2")
      .bind(Date.now(), Date.now() + DAY)
      .run();
    const again = await invited(world, email);
    expect(again.id).not.toBe(id);
  });
});

describe("accepting", () => {
  test("by the signed-in owner of the address, once", async () => {
    const world = await createWorld();
    const person = await makePerson();
    const { id, token } = await invited(world, person.email);
    const reply = await accept(token, person.cookie);
    expect(await reply.json()).toMatchObject({ id: world.workspaceId, role: "editor" });
    const session = await send("GET", "/api/v1/auth/session", undefined, { cookie: person.cookie });
    expect(await session.json()).toMatchObject({ workspace_id: world.workspaceId, role: "editor" });
    expect(await codeOf(await accept(token, person.cookie))).toEqual([409, "invitation_closed"]);
    expect(await actionsOn(id)).toEqual(["invitation.created", "invitation.accepted"]);
    expect(await actionsOn(person.userId)).toContain("member.added");
  });

  test("twice at once joins once", async () => {
    const world = await createWorld();
    const person = await makePerson();
    const { token } = await invited(world, person.email);
    const replies = await Promise.all([accept(token, person.cookie), accept(token, person.cookie)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await actionsOn(person.userId)).filter((action) => action === "member.added")).toHaveLength(1);
  });

  test("not by somebody else, not when revoked or expired, not with a guess", async () => {
    const world = await createWorld();
    const [person, other] = [await makePerson(), await makePerson()];
    const { id, token } = await invited(world, person.email);
    expect(await codeOf(await accept(token, other.cookie))).toEqual([403, "other_address"]);
    expect((await accept("a-guess", person.cookie)).status).toBe(404);
    expect((await world.call("DELETE", `/api/v1/invitations/${id}`, undefined, { as: "admin" })).status).toBe(204);
    expect(await codeOf(await accept(token, person.cookie))).toEqual([410, "invitation_revoked"]);
    const late = await invited(world, other.email);
    await env.DB.prepare("UPDATE invitations SET expires_at = 1 WHERE id = ?1").bind(late.id).run();
    expect(await codeOf(await accept(late.token, other.cookie))).toEqual([410, "invitation_expired"]);
  });

  test("by signing up with it: the address counts as confirmed, and there is no second workspace", async () => {
    const world = await createWorld();
    const email = freshEmail();
    const { token } = await invited(world, email, "viewer");
    const body = { name: "Grace", email, password: PASSWORD, invitation_token: token };
    expect(await codeOf(await send("POST", "/api/v1/auth/sign-up", { ...body, email: freshEmail() }))).toEqual([403, "other_address"]);
    const reply = await send("POST", "/api/v1/auth/sign-up", body);
    expect(await reply.json()).toEqual({ status: "ready" });
    expect(await newestMail(email, "verify-email")).toBeNull();
    const cookie = cookieOf(await send("POST", "/api/v1/auth/sign-in", { email, password: PASSWORD }));
    const { workspaces }: { workspaces: object[] } = await (await send("GET", "/api/v1/workspaces", undefined, { cookie })).json();
    expect(workspaces).toEqual([expect.objectContaining({ id: world.workspaceId, role: "viewer" })]);
  });
});

describe("afterwards", () => {
  test("sent again, only the newest link works", async () => {
    const world = await createWorld();
    const person = await makePerson();
    const { id, token } = await invited(world, person.email);
    expect((await world.call("POST", `/api/v1/invitations/${id}/resend`, undefined, { as: "admin" })).status).toBe(200);
    const newer = await linkToken(person.email, "invitation");
    expect((await accept(token, person.cookie)).status).toBe(404);
    expect((await accept(newer, person.cookie)).status).toBe(200);
    expect(await codeOf(await world.call("POST", `/api/v1/invitations/${id}/resend`, undefined, { as: "admin" }))).toEqual([
      409,
      "invitation_closed",
    ]);
    expect(await codeOf(await world.call("DELETE", `/api/v1/invitations/${id}`, undefined, { as: "admin" }))).toEqual([
      409,
      "invitation_closed",
    ]);
    expect(await actionsOn(id)).toEqual(["invitation.created", "invitation.resent", "invitation.accepted"]);
  });

  test("another workspace's admin sees and touches none of it", async () => {
    const [world, other] = [await createWorld(), await createWorld()];
    const { id } = await invited(world, freshEmail());
    const listed = await (await other.call("GET", "/api/v1/invitations", undefined, { as: "admin" })).json();
    expect(listed).toEqual({ invitations: [], next_cursor: null });
    expect((await other.call("DELETE", `/api/v1/invitations/${id}`, undefined, { as: "admin" })).status).toBe(404);
    expect((await other.call("POST", `/api/v1/invitations/${id}/resend`, undefined, { as: "admin" })).status).toBe(404);
    expect((await world.call("DELETE", `/api/v1/invitations/${id}`, undefined, { as: "viewer" })).status).toBe(403);
  });
});
