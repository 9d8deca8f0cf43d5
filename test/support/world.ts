// A workspace with keys, made straight in the store, and requests in its name. Each call makes a new one, so tests never meet.
import { env, SELF } from "cloudflare:test";
import type { Role, Scope } from "../../src/shared/context";
import { randomToken, sha256Hex } from "../../src/shared/crypto";
import { newId } from "../../src/shared/ids";
import { addMember, makePerson, type Person } from "./people";

export const ORIGIN = "https://headwater.test";

export interface World {
  workspaceId: string;
  /** Calls the whole Worker with this world's key of every scope, or another key, or none (`null`). */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Response>;
  makeKey(scopes: readonly Scope[]): Promise<string>;
  /** A signed-in member with this role; the same one each time. */
  member(role: Role): Promise<Person & { memberId: string }>;
}

export interface CallOptions {
  key?: string | null;
  /** Call with the session of a member of this role, or of this person, instead of with a key. */
  as?: Role | Pick<Person, "cookie">;
  headers?: Record<string, string>;
}

/** For `call`: whoever runs the service. */
export const OPERATOR: CallOptions = { key: null, headers: { "X-Operator-Token": env.OPERATOR_TOKEN ?? "" } };

export async function createWorld(): Promise<World> {
  const workspaceId = newId("workspace");
  await env.DB.prepare("INSERT INTO workspaces (id, name, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)")
    .bind(workspaceId, "Test workspace", Date.now())
    .run();
  const makeKey = (scopes: readonly Scope[]) => insertKey(workspaceId, scopes);
  const ownKey = await makeKey(["read", "write", "submit", "metrics"]);
  const people = new Map<Role, Promise<Person & { memberId: string }>>();
  const member = (role: Role) => {
    const known = people.get(role) ?? joined(workspaceId, role);
    people.set(role, known);
    return known;
  };
  return {
    workspaceId,
    makeKey,
    member,
    call: async (method, path, body, options = {}) => {
      const key = options.key === undefined ? ownKey : options.key;
      const headers = new Headers(options.headers);
      const person = typeof options.as === "string" ? await member(options.as) : options.as;
      if (person !== undefined) headers.set("Cookie", person.cookie);
      if (typeof options.as === "string" && !headers.has("X-Workspace-Id")) headers.set("X-Workspace-Id", workspaceId);
      if (person === undefined && key !== null) headers.set("Authorization", `Bearer ${key}`);
      if (body !== undefined && !headers.has("Content-Type")) headers.set("Content-Type", "application/json");
      return SELF.fetch(`${ORIGIN}${path}`, {
        method,
        headers,
        body: body === undefined ? null : typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
        redirect: "manual",
      });
    },
  };
}

async function joined(workspaceId: string, role: Role): Promise<Person & { memberId: string }> {
  const person = await makePerson(`Test ${role}`);
  return { ...person, memberId: await addMember(workspaceId, person.userId, role) };
}

async function insertKey(workspaceId: string, scopes: readonly Scope[]): Promise<string> {
  const key = `hw_${randomToken(24)}`;
  await env.DB.prepare(
    "INSERT INTO api_keys (id, workspace_id, name, hint, hash, scopes, created_by, created_at) VALUES (?1, ?2, 'test', ?3, ?4, ?5, 'test', ?6)",
  )
    .bind(newId("apiKey"), workspaceId, key.slice(0, 8), await sha256Hex(key), JSON.stringify(scopes), Date.now())
    .run();
  return key;
}
