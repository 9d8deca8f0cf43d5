// What a plugin keeps: its own keys alone, few and small. Every statement names the plugin, which the plugin cannot choose.
import { z } from "zod";
import type { WorkspaceContext } from "../../shared/context";
import { MAX_KEY_LENGTH, MAX_KEYS, MAX_KV_BYTES, MAX_VALUE_BYTES } from "../limits";
import type { Grant, Usage } from "./index";
import { parseCall, RefusedCall } from "./refused";

/** What begins with `$` is ours, kept among the plugin's own so that it is bounded and goes with them. */
const Key = z.string().min(1).max(MAX_KEY_LENGTH).regex(/^[^$]/, "A key may not begin with $.");
const Call = z.discriminatedUnion("do", [
  z.object({ do: z.literal("get"), key: Key }),
  z.object({ do: z.literal("put"), key: Key, value: z.unknown(), ttl_seconds: z.number().int().min(1).max(31_536_000).optional() }),
  z.object({ do: z.literal("delete"), key: Key }),
  z.object({
    do: z.literal("list"),
    prefix: z.string().max(MAX_KEY_LENGTH).default(""),
    after: z.string().max(MAX_KEY_LENGTH).default(""),
    limit: z.number().int().min(1).max(100).default(100),
  }),
  z.object({ do: z.literal("increment"), key: Key, by: z.number().int().min(-1e12).max(1e12) }),
]);

export const KV_STATEMENTS = {
  get: "SELECT value FROM plugin_kv WHERE plugin_id = ?1 AND key = ?2 AND workspace_id = ?3 AND (expires_at IS NULL OR expires_at > ?4)",
  delete: "DELETE FROM plugin_kv WHERE plugin_id = ?1 AND key = ?2 AND workspace_id = ?3",
  list: `SELECT key FROM plugin_kv WHERE plugin_id = ?1 AND key > ?2 AND key >= ?3 AND key < ?4 AND workspace_id = ?5
    AND (expires_at IS NULL OR expires_at > ?6) ORDER BY key LIMIT ?7`,
  expire: "DELETE FROM plugin_kv WHERE plugin_id = ?1 AND expires_at <= ?2",
  // The limits are part of the statement: two runs at once cannot both take the last place.
  put: `INSERT INTO plugin_kv (plugin_id, key, workspace_id, value, bytes, expires_at, updated_at)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
    WHERE (SELECT count(*) < ${MAX_KEYS} AND coalesce(sum(bytes), 0) + ?5 <= ${MAX_KV_BYTES} FROM plugin_kv WHERE plugin_id = ?1 AND key <> ?2)
    ON CONFLICT (plugin_id, key) DO UPDATE SET value = excluded.value, bytes = excluded.bytes, expires_at = excluded.expires_at, updated_at = excluded.updated_at`,
  increment: `INSERT INTO plugin_kv (plugin_id, key, workspace_id, value, bytes, expires_at, updated_at)
    SELECT ?1, ?2, ?3, ?4, ?5, NULL, ?6 WHERE (SELECT count(*) < ${MAX_KEYS} FROM plugin_kv WHERE plugin_id = ?1 AND key <> ?2)
    ON CONFLICT (plugin_id, key) DO UPDATE SET updated_at = excluded.updated_at,
      value = CASE WHEN expires_at <= ?6 THEN excluded.value WHEN json_type(value) IN ('integer', 'real') THEN json(value + excluded.value) ELSE value END,
      expires_at = CASE WHEN expires_at <= ?6 THEN NULL ELSE expires_at END
    RETURNING value, json_type(value) IN ('integer', 'real') AS numeric`,
} as const;

export async function pluginKv(ctx: WorkspaceContext, grant: Grant, _usage: Usage, argument: unknown): Promise<unknown> {
  return keep(ctx, grant.pluginId, parseCall(Call, argument));
}

export async function keep(ctx: WorkspaceContext, pluginId: string, call: z.infer<typeof Call>): Promise<unknown> {
  const { DB } = ctx.env;
  const now = ctx.now();
  switch (call.do) {
    case "get": {
      const row = await DB.prepare(KV_STATEMENTS.get).bind(pluginId, call.key, ctx.workspaceId, now).first<{ value: string }>();
      return row === null ? null : JSON.parse(row.value);
    }
    case "put": {
      const value = JSON.stringify(call.value ?? null);
      const bytes = new TextEncoder().encode(value).byteLength + call.key.length;
      if (bytes > MAX_VALUE_BYTES) throw new RefusedCall(`A value may have at most ${MAX_VALUE_BYTES} bytes of JSON.`);
      const expiresAt = call.ttl_seconds === undefined ? null : now + call.ttl_seconds * 1_000;
      const [, written] = await DB.batch([
        DB.prepare(KV_STATEMENTS.expire).bind(pluginId, now),
        DB.prepare(KV_STATEMENTS.put).bind(pluginId, call.key, ctx.workspaceId, value, bytes, expiresAt, now),
      ]);
      if (written?.meta.changes === 0) throw new RefusedCall(`A plugin keeps at most ${MAX_KEYS} keys and ${MAX_KV_BYTES} bytes.`);
      return null;
    }
    case "delete":
      await DB.prepare(KV_STATEMENTS.delete).bind(pluginId, call.key, ctx.workspaceId).run();
      return null;
    case "list": {
      const { results } = await DB.prepare(KV_STATEMENTS.list)
        .bind(pluginId, call.after, call.prefix, `${call.prefix}\u{10ffff}`, ctx.workspaceId, now, call.limit)
        .all<{ key: string }>();
      return results.map(({ key }) => key).filter((key) => !key.startsWith("$"));
    }
    case "increment": {
      const row = await DB.prepare(KV_STATEMENTS.increment)
        .bind(pluginId, call.key, ctx.workspaceId, String(call.by), call.key.length + 20, now)
        .first<{ value: string; numeric: number }>();
      if (row === null) throw new RefusedCall(`A plugin keeps at most ${MAX_KEYS} keys.`);
      if (row.numeric !== 1) throw new RefusedCall(`What is kept under "${call.key}" is no number.`);
      return Number(row.value);
    }
  }
}
