// Opens the workspace's live feed: jobs, alerts, notifications, whatever a domain publishes.
import { assertCan, type ServiceContext } from "../shared/context";
import { DomainError, InvalidError } from "../shared/errors";
import { signTicket, WORKSPACE_SUBJECT } from "../shared/live-ticket";
import { workspaceHub } from "../shared/workspace-feed";

const RETRY_SECONDS = 30;

export async function openWorkspaceSocket(ctx: ServiceContext, after?: string): Promise<WebSocket> {
  const { webSocket } = await ask(ctx, "/live", after);
  if (webSocket === null) throw new Error("The hub opened no socket");
  return webSocket;
}

export async function openWorkspaceEvents(ctx: ServiceContext, after?: string): Promise<ReadableStream> {
  const { body } = await ask(ctx, "/live/events", after);
  if (body === null) throw new Error("The hub opened no stream");
  return body;
}

export async function issueWorkspaceTicket(ctx: ServiceContext): Promise<{ ticket: string; expiresAt: number }> {
  assertCan(ctx, "read");
  return signTicket(ctx.env, { workspaceId: ctx.workspaceId, subject: WORKSPACE_SUBJECT }, ctx.now());
}

async function ask(ctx: ServiceContext, path: "/live" | "/live/events", after: string | undefined): Promise<Response> {
  assertCan(ctx, "read");
  const seq = parseAfter(after);
  const query = seq === null ? "" : `?after=${seq}`;
  const headers: Record<string, string> = path === "/live" ? { Upgrade: "websocket" } : {};
  const reply = await workspaceHub(ctx.env, ctx.workspaceId).fetch(`https://workspace${path}${query}`, { headers });
  if (reply.status !== 503) return reply;
  throw new DomainError("unavailable", "This workspace has as many listeners as it can carry.", {
    reason: "feed_full",
    retryAfterSeconds: RETRY_SECONDS,
  });
}

function parseAfter(text: string | undefined): number | null {
  if (text === undefined || text.trim() === "") return null;
  if (/^\d{1,15}$/.test(text.trim())) return Number(text);
  const message = "This is the `seq` of the last message.";
  throw new InvalidError(message, [{ path: "after_seq", message, code: "bad_position" }], "bad_position");
}
