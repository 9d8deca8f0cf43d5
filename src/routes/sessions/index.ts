import { z } from "@hono/zod-openapi";
import { listSessions, revokeOtherSessions, revokeSession } from "../../accounts";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { IdParam, isoTime } from "../wire";

const common = { access: "person" as const, tags: ["Sessions"] };

const SessionView = z
  .object({
    id: z.string(),
    device: z.string().nullable().openapi({ description: "The browser's own name for itself." }),
    ip: z.string().nullable(),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().openapi({ description: "Exact to an hour." }),
    expires_at: z.iso.datetime(),
    current: z.boolean(),
  })
  .openapi("SessionInfo");

const listRoute = defineRoute({
  ...common,
  method: "get",
  path: "/api/v1/sessions",
  summary: "List where the person is signed in",
  responses: { 200: json(z.object({ sessions: z.array(SessionView), next_cursor: z.null() }), "All of them, newest first") },
});
const revokeRoute = defineRoute({
  ...common,
  method: "delete",
  path: "/api/v1/sessions/{id}",
  summary: "End one session, at once",
  request: { params: IdParam },
  responses: { 204: { description: "Ended" } },
});
const revokeOthersRoute = defineRoute({
  ...common,
  method: "post",
  path: "/api/v1/sessions/revoke-others",
  summary: "End every session but this one",
  responses: { 200: json(z.object({ revoked: z.number().int() }), "How many ended") },
});

export const sessions = newApp()
  .openapi(listRoute, async (c) => {
    const rows = await listSessions(c.get("ctx"));
    const view = rows.map(({ id, userAgent, ip, createdAt, lastUsedAt, expiresAt, current }) => ({
      id,
      device: userAgent || null,
      ip: ip || null,
      created_at: isoTime(createdAt.getTime()),
      last_used_at: isoTime(lastUsedAt.getTime()),
      expires_at: isoTime(expiresAt.getTime()),
      current,
    }));
    return c.json({ sessions: view, next_cursor: null }, 200);
  })
  .openapi(revokeOthersRoute, async (c) => c.json({ revoked: await revokeOtherSessions(c.get("ctx")) }, 200))
  .openapi(revokeRoute, async (c) => {
    await revokeSession(c.get("ctx"), c.req.valid("param").id);
    return c.body(null, 204);
  });
