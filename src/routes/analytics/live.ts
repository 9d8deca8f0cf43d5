import { z } from "@hono/zod-openapi";
import { assertFormVisible, type FeedChoice, issueTicket, openEventFeed, openSocketFeed } from "../../analytics";
import type { ServiceContext } from "../../shared/context";
import { InvalidError } from "../../shared/errors";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { isoTime } from "../wire";
import { AnalysedFormParam, Timezone } from "./shapes";

const MESSAGES =
  'Messages are `{"type", "seq", "position", "data"}`. `metrics`: the form\'s numbers. `response`: a response was accepted or changed; ' +
  "what came between two frames lies in order in `batch`, whose last item is `data` itself. `presence`: how many listen. " +
  "`resync`: what you asked to resume from is no longer kept; load the numbers and the list anew. A quiet form tells you at once, a " +
  "busy one twice a second. Resume with the `position` of the last message (or its `seq`, where a form has one ledger).";

const FeedQuery = z.object({
  after_seq: z
    .string()
    .max(1_500)
    .optional()
    .openapi({ description: "`seq` or `position` of the last message: what came after it is told first." }),
  timezone: Timezone,
  ticket: z.string().max(300).optional().openapi({ description: "In place of a key, from `POST …/live/ticket`." }),
});

const FULL = { 503: "As many listen as the form can carry" };

const socketRoute = defineRoute({
  method: "get",
  path: "/api/v2/analytics/forms/{id}/live",
  access: "read",
  tags: ["Analytics"],
  summary: "Listen to a form, as a WebSocket",
  description: `Send \`Upgrade: websocket\`. ${MESSAGES} Send the text \`ping\` to be answered \`pong\`.`,
  request: { params: AnalysedFormParam, query: FeedQuery },
  responses: { 101: { description: "The feed" } },
  alsoFails: FULL,
});

const eventsRoute = defineRoute({
  method: "get",
  path: "/api/v2/analytics/forms/{id}/live/events",
  access: "read",
  tags: ["Analytics"],
  summary: "Listen to a form, as server-sent events",
  description: `The same feed: \`event\` is the type, \`data\` the message, \`id\` its position. ${MESSAGES}`,
  request: { params: AnalysedFormParam, query: FeedQuery, headers: z.object({ "last-event-id": z.string().max(1_500).optional() }) },
  responses: { 200: { description: "The feed", content: { "text/event-stream": { schema: z.string() } } } },
  alsoFails: FULL,
});

const ticketRoute = defineRoute({
  method: "post",
  path: "/api/v2/analytics/forms/{id}/live/ticket",
  access: "read",
  tags: ["Analytics"],
  summary: "Get a ticket for a browser",
  description: "Opens this form's feed, for a minute: a browser cannot send a key with a WebSocket.",
  request: { params: AnalysedFormParam },
  responses: {
    201: json(
      z.object({ ticket: z.string(), form_id: z.string(), expires_at: z.iso.datetime() }).openapi("LiveTicket"),
      "The ticket; pass it as `?ticket=`",
    ),
  },
});

export const liveSocket = newApp().openapi(socketRoute, async (c) => {
  const choice = choiceOf(c.req.valid("param").id, c.req.valid("query"));
  if (c.req.header("Upgrade")?.toLowerCase() !== "websocket") return refuseWithoutUpgrade(c.get("ctx"), choice.formId);
  return new Response(null, { status: 101, webSocket: await openSocketFeed(c.get("ctx"), choice) });
});

export const liveEvents = newApp().openapi(eventsRoute, async (c) => {
  const choice = choiceOf(c.req.valid("param").id, c.req.valid("query"));
  // A browser that reconnects says where it was; the address still says where it first began.
  const after = c.req.valid("header")["last-event-id"] ?? choice.after;
  const stream = await openEventFeed(c.get("ctx"), { ...choice, after });
  return new Response(stream, {
    headers: { "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no" },
  });
});

export const liveTickets = newApp().openapi(ticketRoute, async (c) => {
  const { ticket, formId, expiresAt } = await issueTicket(c.get("ctx"), c.req.valid("param").id);
  c.header("Cache-Control", "no-store");
  return c.json({ ticket, form_id: formId, expires_at: isoTime(expiresAt) }, 201);
});

function choiceOf(formId: string, { timezone, after_seq }: { timezone: string; after_seq?: string }): FeedChoice {
  return { formId, timezone, after: after_seq };
}

/** Whoever may not see the form is told so first, as on every route. */
async function refuseWithoutUpgrade(ctx: ServiceContext, formId: string): Promise<never> {
  await assertFormVisible(ctx, formId);
  const message = "This is a WebSocket; send Upgrade: websocket, or use /live/events.";
  throw new InvalidError(message, [{ path: "Upgrade", message, code: "upgrade_required" }], "upgrade_required");
}
