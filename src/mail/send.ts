// Mail begins as a row, written in the same batch as the change that causes it; the queue message only points at it.
import { letterToHtml, letterToText, type MailData, type MailTemplate, writeLetter } from "../../templates/mail";
import type { ServiceContext } from "../shared/context";
import { seal } from "../shared/crypto";
import { newId } from "../shared/ids";
import { describeError } from "../shared/log";
import { tables } from "../store";
import { MAIL_PURPOSE, type MailMessage } from "./message";

export interface MailRequest<T extends MailTemplate> {
  to: string;
  template: T;
  data: MailData[T];
  workspaceId?: string;
}

/** The row as a statement for the caller's batch; call `wake` once that batch has gone through. */
export async function prepareMail<T extends MailTemplate>(ctx: ServiceContext, request: MailRequest<T>) {
  const now = ctx.now();
  const id = newId("mail", now);
  const letter = writeLetter(request.template, request.data);
  const body = JSON.stringify({ html: letterToHtml(letter), text: letterToText(letter) });
  const statement = ctx.db.insert(tables.mailMessages).values({
    id,
    workspaceId: request.workspaceId ?? null,
    recipient: request.to,
    template: request.template,
    subject: letter.subject,
    body: await seal(ctx.env.APP_SECRET, MAIL_PURPOSE, body),
    status: "queued",
    dueAt: now,
    correlationId: ctx.correlationId,
    createdAt: now,
  });
  return { id, statement, wake: () => wakeMail(ctx, [{ mail_id: id, correlation_id: ctx.correlationId }]) };
}

export async function sendMail<T extends MailTemplate>(ctx: ServiceContext, request: MailRequest<T>): Promise<string> {
  const mail = await prepareMail(ctx, request);
  await mail.statement;
  await mail.wake();
  return mail.id;
}

/** A queue that refuses costs a minute, not the mail: cron wakes what is overdue. */
export async function wakeMail(ctx: ServiceContext, messages: readonly MailMessage[]): Promise<void> {
  try {
    await ctx.env.MAIL.sendBatch(messages.map((body) => ({ body })));
  } catch (error) {
    ctx.log.warn("mail queue refused, cron will send", { count: messages.length, ...describeError(error) });
  }
}
