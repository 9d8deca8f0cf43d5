// A ticket stands in for a key on the way into one live feed, and nowhere else.
import { createMiddleware } from "hono/factory";
import type { WorkspaceContext } from "../shared/context";
import { UnauthenticatedError } from "../shared/errors";
import { readTicket, WORKSPACE_SUBJECT } from "../shared/live-ticket";
import type { AppEnv } from "./app-types";

export const liveTicket = createMiddleware<AppEnv>(async function ticketAccepted(c, next) {
  const ctx = c.get("ctx");
  const text = c.req.query("ticket");
  if (text !== undefined && ctx.actor.kind === "anonymous") {
    const ticket = await readTicket(c.env, text, ctx.now());
    // A form's feed names the form in its path; the workspace's own has nothing there.
    if (ticket === null || ticket.subject !== (c.req.param("id") ?? WORKSPACE_SUBJECT)) {
      throw new UnauthenticatedError("The ticket is wrong or has expired; get a new one.");
    }
    const { workspaceId } = ticket;
    const listening: WorkspaceContext = { ...ctx, workspaceId, actor: { kind: "key", keyId: "ticket", workspaceId, scopes: ["read"] } };
    c.set("ctx", listening);
  }
  await next();
});
