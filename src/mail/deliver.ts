// One attempt at one mail. The claim makes a message that is delivered twice send once; a consumer that dies between sending
// and writing it down is the one case in which a mail goes out again, a minute later: at least once, never silently not at all.
import { and, eq, inArray, lte } from "drizzle-orm";
import type { ServiceContext } from "../shared/context";
import { randomToken } from "../shared/crypto";
import { describeError } from "../shared/log";
import { counter } from "../shared/metrics";
import { tables } from "../store";
import { readAttachments } from "./attachments";
import { chooseTransport } from "./choose-transport";
import { openBody } from "./open-body";
import { CLAIM_MS, HEAVY_SEND_TIMEOUT_MS, nextAttemptIn, SEND_TIMEOUT_MS } from "./rules";
import { MailRefusedError } from "./transport";

const { mailMessages } = tables;
const MAX_ERROR = 300;
const attempts = counter("headwater_mail_attempts_total", "Attempts to send a mail.", ["template", "outcome"]);

export type MailOutcome = { kind: "done" } | { kind: "again"; delayMs: number };
type Claimed = typeof mailMessages.$inferSelect & { claim: string };

export async function deliverMail(ctx: ServiceContext, mailId: string): Promise<MailOutcome> {
  const mail = await claimMail(ctx, mailId);
  if (mail === null) return { kind: "done" };
  try {
    await attempt(ctx, mail);
    return { kind: "done" };
  } catch (error) {
    return recordFailure(ctx, mail, error);
  }
}

/** It carries files, which are read whole to be sent. */
export async function isHeavyMail(ctx: ServiceContext, mailId: string): Promise<boolean> {
  const row = await ctx.db.select({ bytes: mailMessages.attachmentBytes }).from(mailMessages).where(eq(mailMessages.id, mailId)).get();
  return (row?.bytes ?? 0) > 0;
}

async function claimMail(ctx: ServiceContext, mailId: string): Promise<Claimed | null> {
  const now = ctx.now();
  const claim = randomToken(9);
  const [row] = await ctx.db
    .update(mailMessages)
    .set({ status: "sending", claim, dueAt: now + CLAIM_MS })
    .where(and(eq(mailMessages.id, mailId), inArray(mailMessages.status, ["queued", "sending"]), lte(mailMessages.dueAt, now)))
    .returning();
  return row === undefined ? null : { ...row, claim, attempts: row.attempts + 1 };
}

async function attempt(ctx: ServiceContext, mail: Claimed): Promise<void> {
  const setup = chooseTransport(ctx.env);
  if (!setup.ok) throw new MailRefusedError(setup.why, false);
  if (mail.body === null) throw new MailRefusedError("The body is gone.", true);
  const { transport, from } = setup;
  const body = await openBody(ctx.env, mail.body);
  const attachments = await readAttachments(ctx, body, transport.showsPictures);
  const html = transport.showsPictures ? body.html : (body.plainHtml ?? body.html);
  const outgoing = {
    id: mail.id,
    from,
    to: mail.recipient,
    subject: mail.subject,
    html,
    text: body.text,
    headers: body.headers,
    attachments,
  };
  await withinTime((signal) => transport.send(outgoing, signal), mail.attachmentBytes > 0 ? HEAVY_SEND_TIMEOUT_MS : SEND_TIMEOUT_MS);
  await ctx.db
    .update(mailMessages)
    .set({
      status: "sent",
      sentAt: ctx.now(),
      attempts: mail.attempts,
      claim: null,
      lastError: null,
      ...(setup.keepsBody ? {} : { body: null }),
    })
    .where(and(eq(mailMessages.id, mail.id), eq(mailMessages.claim, mail.claim)));
  attempts.add(1, mail.template, "sent");
  ctx.log.info("mail sent", { mail_id: mail.id, template: mail.template, transport: transport.name, attempt: mail.attempts });
}

async function recordFailure(ctx: ServiceContext, mail: Claimed, error: unknown): Promise<MailOutcome> {
  const hopeless = error instanceof MailRefusedError && error.permanent;
  const delayMs = hopeless ? null : nextAttemptIn(mail.attempts);
  const reason = (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR);
  await ctx.db
    .update(mailMessages)
    .set({
      status: delayMs === null ? "failed" : "queued",
      attempts: mail.attempts,
      dueAt: ctx.now() + (delayMs ?? 0),
      claim: null,
      lastError: reason,
      // It will not be tried again, so its links need not be kept.
      ...(delayMs === null ? { body: null } : {}),
    })
    .where(and(eq(mailMessages.id, mail.id), eq(mailMessages.claim, mail.claim)));
  attempts.add(1, mail.template, delayMs === null ? "given_up" : "failed");
  ctx.log.warn(delayMs === null ? "mail failed for good" : "mail attempt failed", {
    mail_id: mail.id,
    template: mail.template,
    attempt: mail.attempts,
    ...describeError(error),
  });
  return delayMs === null ? { kind: "done" } : { kind: "again", delayMs };
}

/** For transports that cannot be aborted, the race ends the wait; the signal ends those that can. */
async function withinTime(work: (signal: AbortSignal) => Promise<void>, ms: number): Promise<void> {
  const signal = AbortSignal.timeout(ms);
  const expired = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new MailRefusedError(`No answer within ${ms / 1000} s.`, false)), { once: true });
  });
  await Promise.race([work(signal), expired]);
}
