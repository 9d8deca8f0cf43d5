import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import worker from "../../src/index";
import { linkToken, newestMail } from "../support/mailbox";
import { ORIGIN } from "../support/world";

const PASSWORD = "seven green bicycles";
const NEXT_PASSWORD = "eight brown bicycles";
let nth = 0;
const freshEmail = () => `person-${++nth}-${Date.now()}@signup.test`;

/** Also waits for what the reply did not wait for. */
async function send(method: string, path: string, body?: unknown, cookie?: string): Promise<Response> {
  const headers = new Headers({ "Content-Type": "application/json", "User-Agent": "Test Browser", "CF-Connecting-IP": "203.0.113.7" });
  if (cookie !== undefined) headers.set("Cookie", cookie);
  const request = new Request<unknown, IncomingRequestCfProperties>(`${ORIGIN}${path}`, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
  const execution = createExecutionContext();
  const reply = await worker.fetch(request, env, execution);
  await waitOnExecutionContext(execution);
  return reply;
}

const signUp = (email: string) => send("POST", "/api/v1/auth/sign-up", { name: "Ada", email, password: PASSWORD });
const signIn = (email: string, password = PASSWORD) => send("POST", "/api/v1/auth/sign-in", { email, password });
const cookieOf = (reply: Response) =>
  reply.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");

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

    const session = await send("GET", "/api/v1/auth/session", undefined, cookieOf(signedIn));
    expect(await session.json()).toMatchObject({
      user: { email, name: "Ada" },
      role: "admin",
      workspace_id: expect.stringMatching(/^ws_/),
    });
    expect((await send("POST", "/api/v1/auth/sign-out", undefined, cookieOf(signedIn))).status).toBe(204);
    expect((await send("GET", "/api/v1/auth/session", undefined, cookieOf(signedIn))).status).toBe(401);
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
    expect((await send("GET", "/api/v1/auth/session", undefined, before)).status).toBe(401);
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
