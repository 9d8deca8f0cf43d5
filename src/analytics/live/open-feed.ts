// Opens a form's live feed: of its ledger, or of the object that makes one feed of several.
import { ledgerStub, shardCount } from "../../responses";
import { assertCan, type ServiceContext } from "../../shared/context";
import { DomainError, InvalidError } from "../../shared/errors";
import { type AnalysedForm, loadAnalysedForm } from "../form";
import { assertTimeZone } from "../zone";
import { formFeedOf } from "./form-feed";

export interface FeedChoice {
  formId: string;
  timezone: string;
  /** `after_seq` or `Last-Event-ID`: where the listener stopped. */
  after?: string;
}

const RETRY_SECONDS = 30;

export async function openSocketFeed(ctx: ServiceContext, choice: FeedChoice): Promise<WebSocket> {
  const { webSocket } = await ask(ctx, "/live", choice);
  if (webSocket === null) throw new Error("No socket was opened");
  return webSocket;
}

export async function openEventFeed(ctx: ServiceContext, choice: FeedChoice): Promise<ReadableStream> {
  const { body } = await ask(ctx, "/live/events", choice);
  if (body === null) throw new Error("No stream was opened");
  return body;
}

/** One ledger speaks for itself. */
async function ask(ctx: ServiceContext, path: "/live" | "/live/events", choice: FeedChoice): Promise<Response> {
  const { form, after } = await prepare(ctx, choice);
  const shards = shardCount(form.settings);
  const places = [...after].sort(([a], [b]) => a - b).map(([, seq]) => seq);
  const query = new URLSearchParams({
    zone: choice.timezone,
    ...(after.size === 0 ? {} : { after: places.join(",") }),
    ...(shards === 1 ? {} : { shards: String(shards) }),
  });
  const object = shards === 1 ? ledgerStub(ctx.env, form.formId, 0) : formFeedOf(ctx.env, form.formId);
  const headers: Record<string, string> = path === "/live" ? { Upgrade: "websocket" } : {};
  return opened(object.fetch(`https://feed${path}?${query}`, { headers }));
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
