import { z } from "@hono/zod-openapi";
import { addSuppression, EVERYTHING, listSuppressions, removeSuppression, type Suppression, takeMailEvents } from "../../../reports";
import { defineRoute, json, jsonBody } from "../../define-route";
import { newApp } from "../../new-app";
import { isoTime, ListQuery, listOf } from "../../wire";

const tags = ["Reports"];
const path = "/api/v2/reports/suppressions";

const SuppressionView = z
  .object({
    address: z.string(),
    schedule_id: z.string().nullable().openapi({ description: "Null: every report of the workspace." }),
    reason: z.enum(["bounced", "complained", "unsubscribed", "manual"]),
    detail: z.string().nullable(),
    created_at: z.iso.datetime(),
  })
  .openapi("Suppression");

const toView = ({ address, scope, reason, detail, createdAt }: Suppression) => ({
  address,
  schedule_id: scope === EVERYTHING ? null : scope,
  reason,
  detail,
  created_at: isoTime(createdAt),
});

/** One of Resend, or a list of SendGrid; what else they say is theirs. */
const MailEvents = z.union([
  z
    .array(z.looseObject({ event: z.string() }))
    .min(1)
    .max(1_000),
  z.looseObject({ type: z.string(), data: z.looseObject({}) }),
]);

const listRoute = defineRoute({
  method: "get",
  path,
  access: "read",
  tags,
  summary: "List who gets no more reports, by address",
  request: { query: ListQuery },
  responses: { 200: json(listOf("suppressions", SuppressionView), "A page of addresses") },
});
const addRoute = defineRoute({
  method: "post",
  path,
  access: "write",
  tags,
  summary: "Send no more reports to an address",
  request: {
    body: jsonBody(z.strictObject({ address: z.email().max(254), schedule_id: z.string().min(1).max(64).optional() }), {
      address: "gone@example.org",
    }),
  },
  responses: { 201: json(SuppressionView, "Noted") },
});
const removeRoute = defineRoute({
  method: "delete",
  path: `${path}/{address}`,
  access: "write",
  tags,
  summary: "Send reports to an address again",
  request: { params: z.object({ address: z.string().min(3).max(254) }) },
  responses: { 204: { description: "Removed" } },
});
const eventsRoute = defineRoute({
  method: "post",
  path: "/api/v2/mail/events",
  access: "public",
  tags,
  summary: "For the mail service: what bounced, and who complained",
  description:
    "Takes the webhooks of Resend and SendGrid, signed as Standard Webhooks are, or with the secret as a bearer token. Without MAIL_EVENTS_SECRET there is no such route.",
  request: {
    body: jsonBody(MailEvents, [{ event: "bounce", message_id: "mail_01jd3x0000abcdefghjkmnpqrs", reason: "550 no such user" }]),
  },
  responses: { 200: json(z.object({ taken: z.number().int() }), "How many were about mail of ours") },
  alsoFails: { 401: "The signature does not fit" },
});

export const suppressions = newApp()
  .openapi(listRoute, async (c) => {
    const { items, nextCursor } = await listSuppressions(c.get("ctx"), c.req.valid("query"));
    return c.json({ suppressions: items.map(toView), next_cursor: nextCursor }, 200);
  })
  .openapi(addRoute, async (c) => {
    const { address, schedule_id: scheduleId } = c.req.valid("json");
    return c.json(toView(await addSuppression(c.get("ctx"), { address, scheduleId })), 201);
  })
  .openapi(removeRoute, async (c) => {
    await removeSuppression(c.get("ctx"), c.req.valid("param").address);
    return c.body(null, 204);
  })
  .openapi(eventsRoute, async (c) => {
    const body = { text: await c.req.text(), header: (name: string) => c.req.header(name) };
    return c.json({ taken: await takeMailEvents(c.get("ctx"), body, c.req.valid("json")) }, 200);
  });
