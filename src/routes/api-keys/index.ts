import { z } from "@hono/zod-openapi";
import { type ApiKey, createKey, listKeys, renameKey, revokeKey } from "../../accounts";
import { SCOPES } from "../../shared/context";
import { plainText } from "../../shared/text";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { IdParam, isoTime, ListQuery, listOf } from "../wire";

// "manage" is for admins who are people: a leaked key must not be able to make more of itself.
const common = { access: "manage" as const, tags: ["API keys"] };
const KeyName = plainText(100).min(1);

const KeyView = z
  .object({
    id: z.string(),
    name: z.string(),
    hint: z.string().openapi({ description: "How the key begins." }),
    scopes: z.array(z.enum(SCOPES)),
    created_by: z.string(),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().nullable().openapi({ description: "Exact to a minute." }),
    expires_at: z.iso.datetime().nullable(),
    revoked_at: z.iso.datetime().nullable(),
  })
  .openapi("ApiKey");

const NewKey = KeyView.extend({ key: z.string().openapi({ description: "Shown this once." }) }).openapi("NewApiKey");

const createRoute = defineRoute({
  ...common,
  method: "post",
  path: "/api/v1/api-keys",
  summary: "Make an API key",
  request: {
    body: jsonBody(
      z
        .object({
          name: KeyName,
          scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
          expires_at: z.iso.datetime({ offset: true }).optional(),
        })
        .openapi("ApiKeyInput", { example: { name: "Nightly export", scopes: ["read"] } }),
    ),
  },
  responses: { 201: json(NewKey, "The key; it is not shown again") },
});
const listRoute = defineRoute({
  ...common,
  method: "get",
  path: "/api/v1/api-keys",
  summary: "List API keys, newest first",
  request: { query: ListQuery },
  responses: { 200: json(listOf("api_keys", KeyView), "A page of keys, revoked ones too") },
});
const renameRoute = defineRoute({
  ...common,
  method: "patch",
  path: "/api/v1/api-keys/{id}",
  summary: "Rename an API key",
  request: { params: IdParam, body: jsonBody(z.object({ name: KeyName }).openapi("ApiKeyRename", { example: { name: "Weekly export" } })) },
  responses: { 200: json(KeyView, "The key") },
});
const revokeRoute = defineRoute({
  ...common,
  method: "delete",
  path: "/api/v1/api-keys/{id}",
  summary: "Revoke an API key",
  description: "It stops working at once where this is handled, and within five seconds everywhere.",
  request: { params: IdParam },
  responses: { 204: { description: "Revoked" } },
});

export const apiKeys = newApp()
  .openapi(createRoute, async (c) => {
    const { expires_at: expires, ...input } = c.req.valid("json");
    const { key, ...row } = await createKey(c.get("ctx"), { ...input, expiresAt: expires === undefined ? undefined : Date.parse(expires) });
    c.header("Cache-Control", "no-store");
    return c.json({ ...toKeyView(row), key }, 201);
  })
  .openapi(listRoute, async (c) => {
    const { items, nextCursor } = await listKeys(c.get("ctx"), c.req.valid("query"));
    return c.json({ api_keys: items.map(toKeyView), next_cursor: nextCursor }, 200);
  })
  .openapi(renameRoute, async (c) => {
    const row = await renameKey(c.get("ctx"), { ...c.req.valid("param"), ...c.req.valid("json") });
    return c.json(toKeyView(row), 200);
  })
  .openapi(revokeRoute, async (c) => {
    await revokeKey(c.get("ctx"), c.req.valid("param").id);
    return c.body(null, 204);
  });

function toKeyView(row: ApiKey) {
  return {
    id: row.id,
    name: row.name,
    hint: row.hint,
    scopes: row.scopes,
    created_by: row.createdBy,
    created_at: isoTime(row.createdAt),
    last_used_at: isoTime(row.lastUsedAt),
    expires_at: isoTime(row.expiresAt),
    revoked_at: isoTime(row.revokedAt),
  };
}
