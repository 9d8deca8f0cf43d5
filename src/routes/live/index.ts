import { z } from "@hono/zod-openapi";
import { issueWorkspaceTicket, openWorkspaceEvents, openWorkspaceSocket } from "../../feed";
import { liveTicket } from "../../middleware/live-ticket";
import { InvalidError } from "../../shared/errors";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { isoTime } from "../wire";

const MESSAGES =
  'Messages are `{"type", "seq", "position", "data"}`. `job`: a job began, got further or ended; `data` is the job as `GET /api/v2/jobs/{id}` ' +
  "shows it. `presence`: how many listen. `resync`: what you asked to resume from is no longer kept; load the lists anew. More types come " +
  "with time: pass over those you do not know. A quiet workspace tells you at once, a busy one twice a second, and of several steps of " +
  "one thing the last. The newest 500 messages are kept: resume with the `seq` of the last one you had.";

const FeedQuery = z.object({
  after_seq: z.string().max(20).optional().openapi({ description: "`seq` of the last message: what came after it is told first." }),
  ticket: z.string().max(300).optional().openapi({ description: "In place of a key, from `POST /api/v2/live/ticket`." }),
});
const FULL = { 503: "As many listen as the workspace can carry" };
const common = { method: "get" as const, access: "read" as const, tags: ["Live"] };

const socketRoute = defineRoute({
  ...common,
  path: "/api/v2/live",
  summary: "Listen to the workspace, as a WebSocket",
  description: `Send \`Upgrade: websocket\`. ${MESSAGES} Send the text \`ping\` to be answered \`pong\`.`,
  request: { query: FeedQuery },
  responses: { 101: { description: "The feed" } },
  alsoFails: FULL,
});

const eventsRoute = defineRoute({
  ...common,
  path: "/api/v2/live/events",
  summary: "Listen to the workspace, as server-sent events",
  description: `The same feed: \`event\` is the type, \`data\` the message, \`id\` its place. ${MESSAGES}`,
  request: { query: FeedQuery, headers: z.object({ "last-event-id": z.string().max(20).optional() }) },
  responses: { 200: { description: "The feed", content: { "text/event-stream": { schema: z.string() } } } },
  alsoFails: FULL,
});

const ticketRoute = defineRoute({
  ...common,
  method: "post",
  path: "/api/v2/live/ticket",
  summary: "Get a ticket for a browser",
  description: "Opens the workspace's feed, for a minute: a browser cannot send a key with a WebSocket.",
  responses: {
    201: json(
      z.object({ ticket: z.string(), expires_at: z.iso.datetime() }).openapi("WorkspaceTicket"),
      "The ticket; pass it as `?ticket=`",
    ),
  },
});

export const workspaceLive = newApp();
workspaceLive.use("/api/v2/live", liveTicket);
workspaceLive.use("/api/v2/live/events", liveTicket);

workspaceLive
  .openapi(socketRoute, async (c) => {
    if (c.req.header("Upgrade")?.toLowerCase() !== "websocket") {
      const message = "This is a WebSocket; send Upgrade: websocket, or use /live/events.";
      throw new InvalidError(message, [{ path: "Upgrade", message, code: "upgrade_required" }], "upgrade_required");
    }
    return new Response(null, { status: 101, webSocket: await openWorkspaceSocket(c.get("ctx"), c.req.valid("query").after_seq) });
  })
  .openapi(eventsRoute, async (c) => {
    // A browser that reconnects says where it was; the address still says where it first began.
    const after = c.req.valid("header")["last-event-id"] ?? c.req.valid("query").after_seq;
    return new Response(await openWorkspaceEvents(c.get("ctx"), after), {
      headers: { "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no" },
    });
  })
  .openapi(ticketRoute, async (c) => {
    const { ticket, expiresAt } = await issueWorkspaceTicket(c.get("ctx"));
    c.header("Cache-Control", "no-store");
    return c.json({ ticket, expires_at: isoTime(expiresAt) }, 201);
  });
