// What the mail service has to say about a mail once it had it: that it bounced, or was called spam. Whoever bounced for good, or
// complained, gets no more reports from that workspace; asking them again would only cost everybody's reputation.
import { and, eq, inArray, isNotNull, sql } from "drizzle-orm";
import { Webhook } from "standardwebhooks";
import { asSystem, type ServiceContext } from "../../shared/context";
import { equalInConstantTime } from "../../shared/crypto";
import { NotFoundError, UnauthenticatedError } from "../../shared/errors";
import { counter } from "../../shared/metrics";
import { tables } from "../../store";
import { EVERYTHING, insertSuppression, rowOf } from "./suppressions";

const { mailMessages, scheduleRecipients } = tables;
const MAX_EVENTS = 1_000;
const MAX_DETAIL = 300;
const heard = counter("headwater_mail_events_total", "What mail services reported about mail they had taken.", ["kind"]);

export interface MailEvent {
  mailId: string;
  kind: "bounced" | "complained";
  detail: string | null;
}

export interface SignedBody {
  text: string;
  header(name: string): string | undefined;
}

/** How many were about mail of ours. Told twice, it is done once. */
export async function takeMailEvents(ctx: ServiceContext, body: SignedBody, json: unknown): Promise<number> {
  assertFromMailService(ctx.env.MAIL_EVENTS_SECRET, body);
  const events = readMailEvents(json);
  const known = await ctx.db
    .select({ id: mailMessages.id, workspaceId: mailMessages.workspaceId, recipient: mailMessages.recipient })
    .from(mailMessages)
    .where(
      and(
        inArray(mailMessages.id, sql`(SELECT value FROM json_each(${JSON.stringify(events.map(({ mailId }) => mailId))}))`),
        isNotNull(mailMessages.workspaceId),
      ),
    );
  const mails = new Map(known.map((mail) => [mail.id, mail]));
  let count = 0;
  for (const { mailId, kind, detail } of events) {
    const mail = mails.get(mailId);
    if (mail?.workspaceId === undefined || mail.workspaceId === null) continue;
    const own = asSystem(ctx, mail.workspaceId);
    await ctx.db.batch([
      ctx.db.update(scheduleRecipients).set({ status: kind, detail, updatedAt: ctx.now() }).where(eq(scheduleRecipients.mailId, mailId)),
      insertSuppression(own, rowOf(own, mail.recipient, EVERYTHING, kind, detail)),
    ]);
    heard.add(1, kind);
    count++;
  }
  return count;
}

/** Resend sends one object, SendGrid a list; both give back the id that we gave them with the mail. */
function readMailEvents(json: unknown): MailEvent[] {
  const all = Array.isArray(json) ? json.slice(0, MAX_EVENTS) : [json];
  return all.flatMap((one): MailEvent[] => {
    if (!isObject(one)) return [];
    const event = isObject(one.data) ? fromResend(String(one.type), one.data) : fromSendgrid(one);
    return event === null ? [] : [event];
  });
}

function fromResend(type: string, data: Record<string, unknown>): MailEvent | null {
  const mailId = tagOf(data.tags);
  const bounce = isObject(data.bounce) ? data.bounce : {};
  if (mailId === null) return null;
  if (type === "email.complained") return { mailId, kind: "complained", detail: null };
  // A full mailbox is empty again some day.
  const isForGood = type === "email.bounced" && String(bounce.type ?? "Permanent").toLowerCase() !== "transient";
  return isForGood ? { mailId, kind: "bounced", detail: textOf(bounce.message) } : null;
}

function fromSendgrid(event: Record<string, unknown>): MailEvent | null {
  const { message_id: mailId, event: kind, type, reason } = event;
  if (typeof mailId !== "string") return null;
  if (kind === "spamreport" || kind === "complaint") return { mailId, kind: "complained", detail: null };
  return kind === "bounce" && type !== "blocked" ? { mailId, kind: "bounced", detail: textOf(reason) } : null;
}

function tagOf(tags: unknown): string | null {
  if (Array.isArray(tags)) {
    const tag = tags.find((one) => isObject(one) && one.name === "message_id");
    return isObject(tag) && typeof tag.value === "string" ? tag.value : null;
  }
  return isObject(tags) && typeof tags.message_id === "string" ? tags.message_id : null;
}

function assertFromMailService(secret: string | undefined, { text, header }: SignedBody): void {
  // Without a secret anybody could have anybody's mail stopped, so there is no such route.
  if (!secret) throw new NotFoundError("The page");
  const bearer = header("Authorization")?.replace(/^Bearer /, "");
  if (bearer !== undefined && equalInConstantTime(bearer, secret)) return;
  const named = (name: string) => header(`webhook-${name}`) ?? header(`svix-${name}`) ?? "";
  try {
    new Webhook(secret).verify(text, {
      "webhook-id": named("id"),
      "webhook-timestamp": named("timestamp"),
      "webhook-signature": named("signature"),
    });
  } catch {
    throw new UnauthenticatedError("The signature does not fit the body.");
  }
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value.slice(0, MAX_DETAIL) : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
