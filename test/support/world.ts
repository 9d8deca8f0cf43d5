// A workspace with keys, made straight in the store, and requests in its name. Each call makes a new one, so tests never meet.
import { env, SELF } from "cloudflare:test";
import type { Scope } from "../../src/shared/context";
import { randomToken, sha256Hex } from "../../src/shared/crypto";
import { newId } from "../../src/shared/ids";

export const ORIGIN = "https://headwater.test";

export interface World {
  workspaceId: string;
  /** Calls the whole Worker with this world's key of every scope, or another key, or none (`null`). */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Response>;
  makeKey(scopes: readonly Scope[]): Promise<string>;
}

export interface CallOptions {
  key?: string | null;
  headers?: Record<string, string>;
}

export async function createWorld(): Promise<World> {
  const workspaceId = newId("workspace");
  await env.DB.prepare("INSERT INTO workspaces (id, name, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)")
    .bind(workspaceId, "Test workspace", Date.now())
    .run();
  const makeKey = (scopes: readonly Scope[]) => insertKey(workspaceId, scopes);
  const ownKey = await makeKey(["read", "write", "submit", "metrics"]);
  return {
    workspaceId,
    makeKey,
    call: (method, path, body, options = {}) => {
      const key = options.key === undefined ? ownKey : options.key;
      const headers = new Headers(options.headers);
      if (key !== null) headers.set("Authorization", `Bearer ${key}`);
      if (body !== undefined && !headers.has("Content-Type")) headers.set("Content-Type", "application/json");
      return SELF.fetch(`${ORIGIN}${path}`, {
        method,
        headers,
        body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
        redirect: "manual",
      });
    },
  };
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
