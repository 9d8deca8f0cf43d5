import { env } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { ensurePerson } from "../../src/accounts";
import { testContext } from "../support/context";
import { linkToken, newestMail } from "../support/mailbox";
import { cookieOf, send } from "../support/send";

const PASSWORD = "seven green bicycles";
const NEXT_PASSWORD = "eight brown bicycles";
let nth = 0;
const freshEmail = () => `person-${++nth}-${Date.now()}@signup.test`;

const signUp = (email: string) => send("POST", "/api/v1/auth/sign-up", { name: "Ada", email, password: PASSWORD });
const signIn = (email: string, password = PASSWORD) => send("POST", "/api/v1/auth/sign-in", { email, password });
async function verified(): Promise<string> {
  const email = freshEmail();
  expect((await signUp(email)).status).toBe(202);
  const token = await linkToken(email, "verify-email");
  expect((await send("POST", "/api/v1/auth/verify-email", { token })).status).toBe(200);
  return email;
}

async function actionsOf(email: string): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT action FROM audit_log WHERE actor_id = (SELECT id FROM users WHERE email = ?1) ORDER BY id",
  )
    .bind(email)
    .all<{ action: string }>();
  return results.map(({ action }) => action);
}

describe("from sign-up to a new password, through the mailbox", () => {
  test("sign up, confirm, sign in, act, sign out", async () => {
    const email = freshEmail();
    const reply = await signUp(email);
    expect(reply.status, await reply.clone().text()).toBe(202);
    expect(await reply.json()).toEqual({ status: "check_your_mail" });
    const early = await signIn(email);
    expect(early.status).toBe(403);
    expect(await early.json()).toMatchObject({ code: "email_not_verified" });

    const token = await linkToken(email, "verify-email");
    expect((await send("POST", "/api/v1/auth/verify-email", { token })).status).toBe(200);
    const signedIn = await signIn(email.toUpperCase());
    expect(signedIn.status).toBe(200);
    const [setCookie] = signedIn.headers.getSetCookie();
    expect(setCookie).toMatch(/^headwater\.session_token=.*; Path=\/; HttpOnly; SameSite=Lax$/i);

    const session = await send("GET", "/api/v1/auth/session", undefined, { cookie: cookieOf(signedIn) });
    expect(await session.json()).toMatchObject({
      user: { email, name: "Ada" },
      role: "admin",
      workspace_id: expect.stringMatching(/^ws_/),
    });
    expect((await send("POST", "/api/v1/auth/sign-out", undefined, { cookie: cookieOf(signedIn) })).status).toBe(204);
    expect((await send("GET", "/api/v1/auth/session", undefined, { cookie: cookieOf(signedIn) })).status).toBe(401);
    expect(await actionsOf(email)).toEqual(
      expect.arrayContaining([
        "user.created",
        "account.linked",
        "workspace.created",
        "member.added",
        "user.email_verified",
        "session.created",
        "session.ended",
      ]),
    );
  });

  test("a forgotten password is replaced, every session ends, and the link works once", async () => {
    const email = await verified();
    const before = cookieOf(await signIn(email));
    const asked = await send("POST", "/api/v1/auth/forgot-password", { email });
    expect(asked.status).toBe(202);
    const token = await linkToken(email, "reset-password");
    const reset = (password: string) => send("POST", "/api/v1/auth/reset-password", { token, new_password: password });
    expect((await reset(NEXT_PASSWORD)).status).toBe(200);
    expect((await send("GET", "/api/v1/auth/session", undefined, { cookie: before })).status).toBe(401);
    expect((await signIn(email)).status).toBe(401);
    expect((await signIn(email, NEXT_PASSWORD)).status).toBe(200);
    const again = await reset("nine purple bicycles");
    expect(again.status).toBe(422);
    expect(await again.json()).toMatchObject({ code: "invalid_token" });
    expect(await newestMail(email, "password-changed")).not.toBeNull();
    const row = await env.DB.prepare(
      "SELECT ip, user_agent, correlation_id FROM audit_log WHERE action = 'user.password_changed' AND actor_id = (SELECT id FROM users WHERE email = ?1)",
    )
      .bind(email)
      .first();
    expect(row).toEqual({ ip: "203.0.113.7", user_agent: "Test Browser", correlation_id: expect.stringMatching(/^req_/) });
  });
});

test("the seed's person can sign in, and making them twice is harmless", async () => {
  const email = freshEmail();
  const input = { email, name: "Robin", password: PASSWORD };
  const id = await ensurePerson(testContext(), input);
  expect(await ensurePerson(testContext(), input)).toBe(id);
  const reply = await signIn(email);
  expect(await reply.json()).toMatchObject({ user: { id, email, name: "Robin" } });
});

describe("nobody learns who has an account", () => {
  test("signing up with a known address answers the same; its owner is told by mail", async () => {
    const email = await verified();
    const before = await env.DB.prepare("SELECT password FROM accounts WHERE user_id = (SELECT id FROM users WHERE email = ?1)")
      .bind(email)
      .first();
    const reply = await send("POST", "/api/v1/auth/sign-up", { name: "Mallory", email, password: NEXT_PASSWORD });
    expect(reply.status).toBe(202);
    expect(await reply.json()).toEqual({ status: "check_your_mail" });
    expect(reply.headers.getSetCookie()).toEqual([]);
    expect(await newestMail(email, "already-registered")).not.toBeNull();
    const after = await env.DB.prepare("SELECT password FROM accounts WHERE user_id = (SELECT id FROM users WHERE email = ?1)")
      .bind(email)
      .first();
    expect(after).toEqual(before);
  });

  test("a wrong password and an unknown address are the same refusal", async () => {
    const email = await verified();
    const wrong = await signIn(email, "not the right bicycles");
    const unknown = await signIn(freshEmail());
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    const plain = async (reply: Response) => ({ ...((await reply.json()) as object), request_id: "" });
    expect(await plain(wrong)).toEqual(await plain(unknown));
  });

  test("asking for links answers the same, and an unknown address gets no mail", async () => {
    const email = freshEmail();
    for (const path of ["forgot-password", "resend-verification"]) {
      const reply = await send("POST", `/api/v1/auth/${path}`, { email });
      expect(reply.status).toBe(202);
      expect(await reply.json()).toEqual({ status: "check_your_mail" });
    }
    expect(await env.DB.prepare("SELECT id FROM mail_messages WHERE recipient = ?1").bind(email).first()).toBeNull();
  });
});

describe("passwords", () => {
  test("a weak one is refused with the reason, before anything is written", async () => {
    const email = freshEmail();
    const reply = await send("POST", "/api/v1/auth/sign-up", { name: "Ada", email, password: "password123" });
    expect(reply.status).toBe(422);
    expect(await reply.json()).toMatchObject({ errors: [{ path: "password", code: "password_common" }] });
    expect(await env.DB.prepare("SELECT id FROM users WHERE email = ?1").bind(email).first()).toBeNull();
  });

  test("changing it needs the current one, ends the other sessions and tells the owner", async () => {
    const email = await verified();
    const [mine, other] = [cookieOf(await signIn(email)), cookieOf(await signIn(email))];
    const change = (current: string) =>
      send("POST", "/api/v1/auth/change-password", { current_password: current, new_password: NEXT_PASSWORD }, { cookie: mine });
    const wrong = await change("not the right bicycles");
    expect(wrong.status).toBe(422);
    expect(await wrong.json()).toMatchObject({ code: "wrong_password" });
    expect((await change(PASSWORD)).status).toBe(204);
    expect((await send("GET", "/api/v1/auth/session", undefined, { cookie: mine })).status).toBe(200);
    expect((await send("GET", "/api/v1/auth/session", undefined, { cookie: other })).status).toBe(401);
    expect((await signIn(email, NEXT_PASSWORD)).status).toBe(200);
    expect(await newestMail(email, "password-changed")).not.toBeNull();
    expect(await actionsOf(email)).toContain("user.password_changed");
  });

  test("the store holds no password and no link", async () => {
    const email = await verified();
    await send("POST", "/api/v1/auth/forgot-password", { email });
    const token = await linkToken(email, "reset-password");
    for (const table of ["users", "accounts", "verifications", "audit_log", "mail_messages"]) {
      const { results } = await env.DB.prepare(`SELECT * FROM ${table}`).all();
      const text = JSON.stringify(results);
      expect(text, table).not.toContain(token);
      expect(text, table).not.toContain(PASSWORD);
    }
  });
});

test("in production the cookie is for https alone", async () => {
  const email = await verified();
  const settings = { ENVIRONMENT: "production", PUBLIC_URL: "https://headwater.test" };
  const reply = await send("POST", "/api/v1/auth/sign-in", { email, password: PASSWORD }, { settings });
  expect(reply.headers.getSetCookie()[0]).toMatch(/^__Secure-headwater\.session_token=.*; Secure/);
  expect((await send("GET", "/api/v1/auth/session", undefined, { cookie: cookieOf(reply), settings })).status).toBe(200);
  const out = await send("POST", "/api/v1/auth/sign-out", undefined, { cookie: cookieOf(reply), settings });
  expect(out.headers.getSetCookie()[0]).toMatch(/^__Secure-headwater\.session_token=; Max-Age=0/);
});

describe("limits on guessing", () => {
  test("one address of a client may try thirty times a minute, at whatever accounts", async () => {
    const headers = { "CF-Connecting-IP": "198.51.100.200" };
    const statuses: number[] = [];
    for (let i = 0; i < 31; i++) {
      statuses.push(
        (await send("POST", "/api/v1/auth/verify-email", { token: `guess-${i}` }, { headers, settings: { LIMITS: "on" } })).status,
      );
    }
    expect(statuses.indexOf(429)).toBe(30);
  });

  test("sign-in is counted by address of the client and by account", async () => {
    const statuses: number[] = [];
    const email = freshEmail();
    for (let i = 0; i < 31; i++) {
      const headers = { "CF-Connecting-IP": `198.51.100.${i}` };
      const reply = await send("POST", "/api/v1/auth/forgot-password", { email }, { headers, settings: { LIMITS: "on" } });
      statuses.push(reply.status);
    }
    expect(statuses.slice(0, 30).every((status) => status === 202)).toBe(true);
    expect(statuses[30]).toBe(429);
  });
});

describe("Google", () => {
  const settings = { GOOGLE_CLIENT_ID: "client-id", GOOGLE_CLIENT_SECRET: "client-secret" };

  test("is there when its two secrets are", async () => {
    expect(await (await send("GET", "/api/v1/auth/ways")).json()).toEqual({ password: true, google: false, oidc: [] });
    expect((await send("POST", "/api/v1/auth/google", {})).status).toBe(404);
    expect(await (await send("GET", "/api/v1/auth/ways", undefined, { settings })).json()).toEqual({
      password: true,
      google: true,
      oidc: [],
    });
  });

  test("the start leads to Google with our callback, and ties the way back to this browser", async () => {
    const reply = await send("POST", "/api/v1/auth/google", { redirect_to: "//evil.example" }, { settings });
    expect(reply.status, await reply.clone().text()).toBe(200);
    const { url }: { url: string } = await reply.json();
    const target = new URL(url);
    expect(target.hostname).toBe("accounts.google.com");
    expect(target.searchParams.get("redirect_uri")).toBe(`${env.PUBLIC_URL}/api/auth/callback/google`);
    expect(reply.headers.getSetCookie().join()).toMatch(/headwater\.\w*state/);
    const forged = await send("GET", "/api/auth/callback/google?code=x&state=forged", undefined, { settings });
    expect(forged.status).toBe(302);
    expect(forged.headers.getSetCookie().join()).not.toContain("session_token");
  });

  test("coming back, a new person has an account, a workspace and a session", async () => {
    const email = freshEmail();
    const { reply, cookie } = await comeBack({ sub: `g-${email}`, email, email_verified: true, name: "Grace Hopper" });
    expect([reply.status, reply.headers.get("Location")]).toEqual([302, "/forms"]);
    const session = await send("GET", "/api/v1/auth/session", undefined, { cookie });
    expect(await session.json()).toMatchObject({ user: { email, name: "Grace Hopper" }, role: "admin" });
    expect(await actionsOf(email)).toEqual(
      expect.arrayContaining(["user.created", "account.linked", "workspace.created", "session.created"]),
    );
    const row = await env.DB.prepare("SELECT access_token FROM accounts WHERE provider_id = 'google' AND account_id = ?1")
      .bind(`g-${email}`)
      .first();
    expect(JSON.stringify(row)).not.toContain("google-access-token");
  });

  test("a confirmed account of the same address is the same person; one that nobody confirmed is left alone", async () => {
    const email = await verified();
    const linked = await comeBack({ sub: `g-${email}`, email, email_verified: true, name: "Ada" });
    expect(await (await send("GET", "/api/v1/auth/session", undefined, { cookie: linked.cookie })).json()).toMatchObject({
      user: { email },
    });
    expect((await signIn(email)).status).toBe(200);

    const squatted = freshEmail();
    await signUp(squatted);
    const refused = await comeBack({ sub: `g-${squatted}`, email: squatted, email_verified: true, name: "Owner" });
    expect(refused.reply.headers.get("Location")).toContain("/account/sign-in?error=");
    expect((await send("GET", "/api/v1/auth/session", undefined, { cookie: refused.cookie })).status).toBe(401);
  });

  async function comeBack(profile: object): Promise<{ reply: Response; cookie: string }> {
    const started = await send("POST", "/api/v1/auth/google", { redirect_to: "/forms" }, { settings });
    const state = new URL(((await started.json()) as { url: string }).url).searchParams.get("state");
    const part = (value: object) => new TextEncoder().encode(JSON.stringify(value)).toBase64({ alphabet: "base64url", omitPadding: true });
    const idToken = `${part({ alg: "none" })}.${part({ ...profile, iss: "https://accounts.google.com", aud: "client-id" })}.x`;
    const fetch = vi
      .spyOn(globalThis, "fetch")
      .mockImplementation(async () =>
        Response.json({ access_token: "google-access-token", id_token: idToken, token_type: "Bearer", expires_in: 3600 }),
      );
    const reply = await send("GET", `/api/auth/callback/google?code=a-code&state=${state}`, undefined, {
      settings,
      cookie: cookieOf(started),
    });
    fetch.mockRestore();
    return { reply, cookie: cookieOf(reply) };
  }

  test("nothing else of better-auth is open to the outside", async () => {
    for (const path of ["sign-up/email", "sign-in/email", "get-session", "ok", "list-sessions", "update-user"]) {
      expect((await send("GET", `/api/auth/${path}`)).status).toBe(404);
      expect((await send("POST", `/api/auth/${path}`, {})).status).toBe(404);
    }
  });
});
