// Opens a form's live feed. One ledger speaks for itself; of several, this Worker listens to each and tells their client one story.
import { ledgerName, shardCount } from "../../responses";
import { assertCan, type ServiceContext } from "../../shared/context";
import { DomainError, InvalidError } from "../../shared/errors";
import { type AnalysedForm, loadAnalysedForm } from "../form";
import { assertTimeZone } from "../zone";
import { MergedFeed } from "./merge";
import type { FeedMessage } from "./messages";

export interface FeedChoice {
  formId: string;
  timezone: string;
  /** `after_seq` or `Last-Event-ID`: where the listener stopped. */
  after?: string;
}

const RETRY_SECONDS = 30;
const KEEP_ALIVE_MS = 20_000;
/** Messages that nobody has taken: the listener is gone, or too slow ever to catch up. */
const MAX_UNREAD = 100;

export async function openSocketFeed(ctx: ServiceContext, choice: FeedChoice): Promise<WebSocket> {
  const { form, after } = await prepare(ctx, choice);
  if (shardCount(form.settings) === 1) return socketOf(await ask(ctx, form.formId, 0, "/live", { choice, after: after.get(0) ?? null }));
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  const feed = await mergedFeed(ctx, form, choice, after, (message) => server.send(JSON.stringify(message)));
  server.addEventListener("message", ({ data }) => {
    if (data === "ping") server.send("pong");
  });
  server.addEventListener("close", () => feed.close());
  feed.onEnd(() => server.close(1012, "reconnect"));
  return client;
}

export async function openEventFeed(ctx: ServiceContext, choice: FeedChoice): Promise<ReadableStream> {
  const { form, after } = await prepare(ctx, choice);
  if (shardCount(form.settings) === 1) {
    const { body } = await ask(ctx, form.formId, 0, "/live/events", { choice, after: after.get(0) ?? null });
    if (body === null) throw new Error("A ledger opened no stream");
    return body;
  }
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  let unread = 0;
  const write = async (text: string): Promise<void> => {
    unread += 1;
    if (unread > MAX_UNREAD) return feed.close();
    await writer.write(encoder.encode(text)).catch(() => feed.close());
    unread -= 1;
  };
  const feed = await mergedFeed(ctx, form, choice, after, (message) => {
    void write(`id: ${message.position}\nevent: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`);
  });
  feed.onEnd(() => void writer.close().catch(() => {}));
  // Finds out who has gone; a stream that nobody reads says nothing by itself.
  feed.every(KEEP_ALIVE_MS, () => void write(":\n\n"));
  return readable;
}

async function prepare(ctx: ServiceContext, choice: FeedChoice): Promise<{ form: AnalysedForm; after: Map<number, number> }> {
  assertCan(ctx, "read");
  assertTimeZone(choice.timezone);
  const form = await loadAnalysedForm(ctx, choice.formId);
  return { form, after: parseAfter(choice.after, shardCount(form.settings)) };
}

/** A plain number is of the only ledger; of several it names no place in any, so the listener starts over. */
function parseAfter(text: string | undefined, shards: number): Map<number, number> {
  const after = new Map<number, number>();
  if (text === undefined || text.trim() === "") return after;
  for (const part of text.split(",")) {
    const [, shard, seq] = /^(?:(\d{1,2}):)?(\d{1,15})$/.exec(part.trim()) ?? [];
    if (seq === undefined) {
      const message = "This is the `seq` or the `position` of the last message.";
      throw new InvalidError(message, [{ path: "after_seq", message, code: "bad_position" }], "bad_position");
    }
    if (shard === undefined && shards > 1) return new Map(Array.from({ length: shards }, (_, of) => [of, Number.MAX_SAFE_INTEGER]));
    after.set(Number(shard ?? 0), Number(seq));
  }
  // A ledger that has been added since: all it has is new.
  for (let shard = 0; shard < shards; shard++) if (!after.has(shard)) after.set(shard, 0);
  return after;
}

async function mergedFeed(
  ctx: ServiceContext,
  form: AnalysedForm,
  choice: FeedChoice,
  after: Map<number, number>,
  send: (message: FeedMessage) => void,
): Promise<MergedFeed> {
  const shards = Array.from({ length: shardCount(form.settings) }, (_, shard) => shard);
  const replies = await Promise.all(
    shards.map((shard) => ask(ctx, form.formId, shard, "/live", { choice, after: after.get(shard) ?? null, raw: shards.length })),
  );
  return new MergedFeed(form.formId, replies.map(socketOf), after, send, ctx.now);
}

function ask(
  ctx: ServiceContext,
  formId: string,
  shard: number,
  path: "/live" | "/live/events",
  { choice, after, raw }: { choice: FeedChoice; after: number | null; raw?: number },
): Promise<Response> {
  const query = new URLSearchParams({
    zone: choice.timezone,
    ...(after === null ? {} : { after: String(after) }),
    ...(raw === undefined ? {} : { raw: "1", shards: String(raw) }),
  });
  const headers: Record<string, string> = path === "/live" ? { Upgrade: "websocket" } : {};
  return opened(ctx.env.LEDGER.getByName(ledgerName(formId, shard)).fetch(`https://ledger${path}?${query}`, { headers }));
}

async function opened(asked: Promise<Response>): Promise<Response> {
  const reply = await asked;
  if (reply.status === 503) {
    throw new DomainError("unavailable", "This form has as many listeners as it can carry.", {
      reason: "feed_full",
      retryAfterSeconds: RETRY_SECONDS,
    });
  }
  return reply;
}

function socketOf({ webSocket }: Response): WebSocket {
  if (webSocket === null) throw new Error("A ledger opened no socket");
  return webSocket;
}
