// Mail begins as a row, written in the same batch as the change that causes it; the queue message only points at it.
import { sql } from "drizzle-orm";
import { letterToHtml, letterToText, type MailData, type MailTemplate, writeLetter } from "../../templates/mail";
import type { ServiceContext } from "../shared/context";
import { seal } from "../shared/crypto";
import { newId } from "../shared/ids";
import { describeError } from "../shared/log";
import { MAIL_PURPOSE, type MailMessage } from "./message";
import type { MailAttachment, MailBody } from "./open-body";

export interface MailRequest<T extends MailTemplate> {
  to: string;
  template: T;
  data: MailData[T];
  workspaceId?: string;
  headers?: Record<string, string>;
  attachments?: MailAttachment[];
  /** Written only when the statement before it in the batch has changed a row. */
  ifChanged?: boolean;
}

/** The row as a statement for the caller's batch; call `wake` once that batch has gone through. */
export async function prepareMail<T extends MailTemplate>(ctx: ServiceContext, request: MailRequest<T>) {
  const now = ctx.now();
  const id = newId("mail", now);
  const letter = writeLetter(request.template, request.data);
  const { headers, attachments } = request;
  const html = letterToHtml(letter);
  const body: MailBody = {
    html,
    text: letterToText(letter),
    ...(letter.picture === undefined ? {} : { plainHtml: letterToHtml({ ...letter, picture: undefined }) }),
    ...(headers === undefined ? {} : { headers }),
    ...(attachments === undefined || attachments.length === 0 ? {} : { attachments }),
  };
  const sealed = await seal(ctx.env.APP_SECRET, MAIL_PURPOSE, JSON.stringify(body));
  const bytes = (attachments ?? []).reduce((sum, { size = 0 }) => sum + size, 0);
  const condition = request.ifChanged === true ? sql`WHERE changes() > 0` : sql``;
  const statement = ctx.db.run(sql`
    INSERT INTO mail_messages (id, workspace_id, recipient, template, subject, body, status, due_at, correlation_id, created_at, attachment_bytes)
    SELECT ${id}, ${request.workspaceId ?? null}, ${request.to}, ${request.template}, ${letter.subject}, ${sealed}, 'queued', ${now},
      ${ctx.correlationId}, ${now}, ${bytes} ${condition}`);
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
