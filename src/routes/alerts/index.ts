import { z } from "@hono/zod-openapi";
import { type Alert, closeAlert, listAlerts, SEVERITIES } from "../../alerts";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { IdParam, isoTime, ListQuery, listOf } from "../wire";

const AlertView = z
  .object({
    id: z.string(),
    form_id: z.string().nullable(),
    source: z.string().openapi({ description: "Who raised it: `anomaly`." }),
    severity: z.enum(SEVERITIES),
    title: z.string(),
    details: z.record(z.string(), z.unknown()),
    state: z.enum(["open", "closed"]),
    opened_at: z.iso.datetime(),
    last_raised_at: z.iso.datetime(),
    times: z.number().int().openapi({ description: "How often it was raised while open." }),
    closed_at: z.iso.datetime().nullable(),
    closed_by: z.string().nullable().openapi({ description: "`over` when it ended by itself." }),
  })
  .openapi("Alert");

const listRoute = defineRoute({
  method: "get",
  path: "/api/v2/alerts",
  access: "read",
  tags: ["Alerts"],
  summary: "List alerts, newest first",
  request: { query: ListQuery.extend({ state: z.enum(["open", "closed"]).optional(), form_id: z.string().min(1).max(64).optional() }) },
  responses: { 200: json(listOf("alerts", AlertView), "A page of alerts") },
});

const closeRoute = defineRoute({
  method: "post",
  path: "/api/v2/alerts/{id}/close",
  access: "write",
  tags: ["Alerts"],
  summary: "Close an alert",
  description: "It is opened anew when what raised it happens again.",
  request: { params: IdParam },
  responses: { 200: json(AlertView, "The alert, closed") },
});

export const alerts = newApp()
  .openapi(listRoute, async (c) => {
    const { form_id: formId, ...input } = c.req.valid("query");
    const { items, nextCursor } = await listAlerts(c.get("ctx"), { ...input, formId });
    return c.json({ alerts: items.map(toAlertView), next_cursor: nextCursor }, 200);
  })
  .openapi(closeRoute, async (c) => c.json(toAlertView(await closeAlert(c.get("ctx"), c.req.valid("param").id)), 200));

function toAlertView(row: Alert) {
  return {
    id: row.id,
    form_id: row.formId,
    source: row.source,
    severity: row.severity,
    title: row.title,
    details: row.details,
    state: row.closedAt === null ? ("open" as const) : ("closed" as const),
    opened_at: isoTime(row.openedAt),
    last_raised_at: isoTime(row.lastRaisedAt),
    times: row.times,
    closed_at: isoTime(row.closedAt),
    closed_by: row.closedBy,
  };
}
