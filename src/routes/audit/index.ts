import { z } from "@hono/zod-openapi";
import { type AuditRow, listAudit, listOwnActivity } from "../../accounts";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { isoTime, ListQuery, listOf } from "../wire";

const AuditView = z
  .object({
    id: z.string(),
    action: z.string().openapi({ example: "form.published" }),
    actor: z.object({ kind: z.enum(["user", "key", "system"]), id: z.string() }),
    target: z.object({ kind: z.string(), id: z.string() }),
    details: z.record(z.string(), z.unknown()).nullable(),
    ip: z.string().nullable(),
    user_agent: z.string().nullable(),
    request_id: z.string().nullable(),
    at: z.iso.datetime(),
  })
  .openapi("AuditEntry");

const AuditQuery = ListQuery.extend({
  action: z.string().max(100).optional().openapi({ description: "`form.published`, or `form.*` for all of a kind." }),
  actor: z.string().max(64).optional(),
  target: z.string().max(64).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  q: z.string().min(2).max(100).optional().openapi({ description: "Part of an action, an id or the details." }),
});

const route = defineRoute({
  method: "get",
  path: "/api/v1/audit",
  access: "manage",
  mayLag: true,
  tags: ["Audit"],
  summary: "Who did what, when, from where",
  description: "Newest first. One call looks at no more than 5,000 rows, so a narrow filter may answer a short page with a `next_cursor`.",
  request: { query: AuditQuery },
  responses: { 200: json(listOf("audit_entries", AuditView), "A page of the audit trail") },
});

const ownRoute = defineRoute({
  method: "get",
  path: "/api/v1/auth/activity",
  access: "person",
  tags: ["Audit"],
  summary: "What happened to the signed-in person's own account",
  description: "Newest first: signing in and out, passwords, linked accounts. What is done in a workspace stands in its audit trail.",
  request: { query: ListQuery },
  responses: { 200: json(listOf("audit_entries", AuditView), "A page of the person's own trail") },
});

const own = newApp().openapi(ownRoute, async (c) => {
  const { items, nextCursor } = await listOwnActivity(c.get("ctx"), c.req.valid("query"));
  return c.json({ audit_entries: items.map(toAuditView), next_cursor: nextCursor }, 200);
});

const ofWorkspace = newApp().openapi(route, async (c) => {
  const { since, until, actor, target, q, ...rest } = c.req.valid("query");
  const { items, nextCursor } = await listAudit(c.get("ctx"), {
    ...rest,
    actorId: actor,
    targetId: target,
    text: q,
    from: since === undefined ? undefined : Date.parse(since),
    until: until === undefined ? undefined : Date.parse(until),
  });
  return c.json({ audit_entries: items.map(toAuditView), next_cursor: nextCursor }, 200);
});

export const audit = newApp();
for (const part of [ofWorkspace, own]) audit.route("/", part);

function toAuditView(row: AuditRow) {
  return {
    id: row.id,
    action: row.action,
    actor: { kind: row.actorKind, id: row.actorId },
    target: { kind: row.targetKind, id: row.targetId },
    details: row.details as Record<string, unknown> | null,
    ip: row.ip,
    user_agent: row.userAgent,
    request_id: row.correlationId,
    at: isoTime(row.at),
  };
}
