// Signed-in people, made straight in the store: no password is hashed, so a test pays nothing for them.
import { env } from "cloudflare:test";
import { sessionCookieName } from "../../src/accounts";
import type { Role } from "../../src/shared/context";
import { randomToken } from "../../src/shared/crypto";
import { newId } from "../../src/shared/ids";

export interface Person {
  userId: string;
  email: string;
  sessionId: string;
  /** For the `Cookie` header. */
  cookie: string;
}

export async function makePerson(name = "Test Person"): Promise<Person> {
  const now = Date.now();
  const userId = newId("user", now);
  const email = `${userId}@people.test`;
  await env.DB.prepare("INSERT INTO users (id, name, email, email_verified, created_at, updated_at) VALUES (?1, ?2, ?3, 1, ?4, ?4)")
    .bind(userId, name, email, now)
    .run();
  return { userId, email, ...(await makeSession(userId)) };
}

export async function makeSession(userId: string): Promise<{ sessionId: string; cookie: string }> {
  const now = Date.now();
  const sessionId = newId("session", now);
  const token = randomToken(24);
  await env.DB.prepare(
    "INSERT INTO sessions (id, user_id, token, expires_at, last_used_at, user_agent, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, 'Test Browser', ?5, ?5)",
  )
    .bind(sessionId, userId, token, now + 30 * 24 * 60 * 60 * 1000, now)
    .run();
  return { sessionId, cookie: `${sessionCookieName(env)}=${await signed(token)}` };
}

/** The member's id. */
export async function addMember(workspaceId: string, userId: string, role: Role): Promise<string> {
  const id = newId("member");
  await env.DB.prepare("INSERT INTO members (workspace_id, user_id, id, role, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)")
    .bind(workspaceId, userId, id, role, Date.now())
    .run();
  return id;
}

async function signed(token: string): Promise<string> {
  const secret = new TextEncoder().encode(env.APP_SECRET);
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(token));
  return encodeURIComponent(`${token}.${new Uint8Array(signature).toBase64()}`);
}
