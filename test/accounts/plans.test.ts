import { createScheduledController, env } from "cloudflare:test";
import { expect, test } from "vitest";
import { runCron } from "../../src/cron";
import { linkToken } from "../support/mailbox";
import { makePerson } from "../support/people";
import { watch } from "../support/plans";
import { send } from "../support/send";
import { createWorld } from "../support/world";

test("nothing that accounts and mail ask of the store reads a whole table", async () => {
  const world = await createWorld();
  const { cookie } = await world.member("admin");
  const { memberId } = await world.member("viewer");
  const { db, scans, statements } = watch();
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}, as = cookie) => {
    const reply = await send(method, path, body, {
      cookie: as,
      settings: { DB: db },
      headers: { "X-Workspace-Id": world.workspaceId, ...headers },
    });
    expect(reply.status, `${method} ${path}: ${await reply.clone().text()}`).toBeLessThan(400);
    return reply;
  };
  const email = `plans-${Date.now()}@people.test`;
  await call("POST", "/api/v1/auth/sign-up", { name: "Ada", email, password: "seven green bicycles" });
  await call("POST", "/api/v1/auth/verify-email", { token: await linkToken(email, "verify-email") });
  await call("POST", "/api/v1/auth/sign-in", { email, password: "seven green bicycles" });
  await call("POST", "/api/v1/auth/forgot-password", { email });
  await call("POST", "/api/v1/auth/reset-password", {
    token: await linkToken(email, "reset-password"),
    new_password: "eight brown bicycles",
  });
  for (const path of ["auth/session", "auth/activity", "sessions", "workspaces", "members", "invitations", "api-keys"])
    await call("GET", `/api/v1/${path}`);
  for (const query of ["", "?action=form.*", "?actor=usr_1", "?target=frm_1", "?q=ada", "?since=2026-01-01T00:00:00Z"])
    await call("GET", `/api/v1/audit${query}`);
  const key: { id: string; key: string } = await (await call("POST", "/api/v1/api-keys", { name: "Key", scopes: ["read"] })).json();
  await call("GET", "/api/v1/members", undefined, { Authorization: `Bearer ${key.key}` });
  await call("PATCH", `/api/v1/api-keys/${key.id}`, { name: "Other" });
  await call("DELETE", `/api/v1/api-keys/${key.id}`);
  const guest = await makePerson();
  const invitation: { id: string } = await (await call("POST", "/api/v1/invitations", { email: guest.email, role: "viewer" })).json();
  await call("POST", `/api/v1/invitations/${invitation.id}/resend`);
  await send(
    "POST",
    "/api/v1/invitations/accept",
    { token: await linkToken(guest.email, "invitation") },
    { cookie: guest.cookie, settings: { DB: db } },
  );
  await call("PATCH", `/api/v1/members/${memberId}`, { role: "editor" });
  await call("DELETE", `/api/v1/members/${memberId}`);
  await call("POST", "/api/v1/sessions/revoke-others");
  await call("POST", "/api/v1/auth/sign-out");
  for (const cron of ["* * * * *", "17 3 * * *"])
    await runCron(createScheduledController({ cron }), { ...env, DB: db }, { waitUntil() {} } as never);
  expect(statements()).toBeGreaterThan(50);
  const ours = /users|sessions|accounts|verifications|workspaces|members|invitations|api_keys|audit_log|mail_messages/;
  expect((await scans()).filter((scan) => ours.test(scan))).toEqual([]);
});

test("and what does is noticed", async () => {
  const { db, scans } = watch();
  db.prepare("SELECT id FROM users WHERE name = ?");
  db.prepare("SELECT id FROM users WHERE email = ?");
  expect(await scans()).toEqual(["SCAN users: SELECT id FROM users WHERE name = ?"]);
});
