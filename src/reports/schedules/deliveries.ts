// The history of a schedule: each run, what became of it, what was sent and to whom.
import { and, asc, desc, eq, inArray, lt, lte, sql } from "drizzle-orm";
import { asSystem, assertCan, type ServiceContext } from "../../shared/context";
import { decodeCursor, type Page, toPage } from "../../shared/lists";
import { describeError } from "../../shared/log";
import { tables } from "../../store";
import { signFileLink } from "../files/link";
import { loadSchedule } from "./read";
import { failRun, type Run } from "./run";

const { scheduleRuns, scheduleRecipients, mailMessages, exports } = tables;
const LINK_MS = 86_400_000;
const AT_ONCE = 500;

export interface Recipient {
  address: string;
  status: "queued" | "sent" | "failed" | "bounced" | "complained" | "suppressed";
  detail: string | null;
  attempts: number;
  updatedAt: number;
}

export interface Delivery {
  run: Run;
  file: { name: string; size: number; downloadUrl: string; expiresAt: number } | null;
  recipients: Recipient[];
}

export async function listDeliveries(
  ctx: ServiceContext,
  input: { scheduleId: string; limit: number; cursor?: string },
): Promise<Page<Delivery>> {
  assertCan(ctx, "read");
  await loadSchedule(ctx, input.scheduleId);
  const [before] = decodeCursor(input.cursor, 1) ?? [];
  const rows = await ctx.db
    .select({ run: scheduleRuns, file: { name: exports.fileName, size: exports.size, key: exports.fileKey, expiresAt: exports.expiresAt } })
    .from(scheduleRuns)
    .leftJoin(exports, eq(exports.id, scheduleRuns.exportId))
    .where(
      and(
        eq(scheduleRuns.workspaceId, ctx.workspaceId),
        eq(scheduleRuns.scheduleId, input.scheduleId),
        before === undefined ? undefined : lt(scheduleRuns.id, String(before)),
      ),
    )
    .orderBy(desc(scheduleRuns.id))
    .limit(input.limit + 1);
  const page = toPage(rows, input.limit, ({ run }) => [run.id]);
  const recipients = await recipientsOf(
    ctx,
    page.items.map(({ run }) => run.id),
  );
  const until = ctx.now() + LINK_MS;
  const items = page.items.map(async ({ run, file }): Promise<Delivery> => {
    const { name = null, size = null, key = null, expiresAt = null } = file ?? {};
    const isThere = run.exportId !== null && name !== null && size !== null && key !== null && expiresAt !== null && expiresAt > ctx.now();
    const ends = Math.min(until, expiresAt ?? 0);
    return {
      run,
      file: isThere ? { name, size, downloadUrl: await signFileLink(ctx.env, run.exportId ?? "", ends), expiresAt: ends } : null,
      recipients: recipients.get(run.id) ?? [],
    };
  });
  return { ...page, items: await Promise.all(items) };
}

async function recipientsOf(ctx: ServiceContext, runIds: readonly string[]): Promise<ReadonlyMap<string, Recipient[]>> {
  const rows = await ctx.db
    .select({
      recipient: scheduleRecipients,
      mail: { status: mailMessages.status, error: mailMessages.lastError, attempts: mailMessages.attempts },
    })
    .from(scheduleRecipients)
    .leftJoin(mailMessages, eq(mailMessages.id, scheduleRecipients.mailId))
    .where(inArray(scheduleRecipients.runId, sql`(SELECT value FROM json_each(${JSON.stringify(runIds)}))`))
    .orderBy(asc(scheduleRecipients.runId), asc(scheduleRecipients.address));
  const found = new Map<string, Recipient[]>();
  for (const { recipient, mail } of rows) {
    const { address, updatedAt } = recipient;
    // The mail's own row is ahead of the copy until the copy is made.
    const isAhead = recipient.status === "queued" && (mail?.status === "sent" || mail?.status === "failed");
    const status = isAhead ? (mail?.status as "sent" | "failed") : recipient.status;
    const detail = recipient.status === "queued" ? (mail?.error ?? null) : recipient.detail;
    const one: Recipient = { address, status, detail, attempts: mail?.attempts ?? 0, updatedAt };
    found.set(recipient.runId, [...(found.get(recipient.runId) ?? []), one]);
  }
  return found;
}

/**
 * Copies what became of each mail, because mails are forgotten after a month and histories are not. A run that reached nobody
 * has failed, whatever it looked like when its letters were written.
 */
export async function settleRecipients(ctx: ServiceContext): Promise<number> {
  const decided = await ctx.db
    .select({
      runId: scheduleRecipients.runId,
      workspaceId: scheduleRecipients.workspaceId,
      mailId: mailMessages.id,
      status: mailMessages.status,
      error: mailMessages.lastError,
    })
    .from(scheduleRecipients)
    .innerJoin(mailMessages, eq(mailMessages.id, scheduleRecipients.mailId))
    // Written out: with bound values the store could not see that the partial index covers them.
    .where(
      and(
        sql`${scheduleRecipients.status} = 'queued'`,
        lte(scheduleRecipients.updatedAt, ctx.now()),
        inArray(mailMessages.status, ["sent", "failed"]),
      ),
    )
    .orderBy(asc(scheduleRecipients.updatedAt))
    .limit(AT_ONCE);
  if (decided.length === 0) return 0;
  await ctx.db.run(sql`
    UPDATE schedule_recipients SET status = e.value ->> 'status', detail = e.value ->> 'error', updated_at = ${ctx.now()}
    FROM json_each(${JSON.stringify(decided)}) e
    WHERE schedule_recipients.mail_id = e.value ->> 'mailId' AND schedule_recipients.status = 'queued'`);
  const failed = new Map(decided.filter(({ status }) => status === "failed").map(({ runId, workspaceId }) => [runId, workspaceId]));
  for (const [runId, workspaceId] of failed) {
    await failIfNobodyWasReached(asSystem(ctx, workspaceId), runId).catch((error: unknown) =>
      ctx.log.error("run not marked as failed", { run_id: runId, ...describeError(error) }),
    );
  }
  return decided.length;
}

async function failIfNobodyWasReached(ctx: ReturnType<typeof asSystem>, runId: string): Promise<void> {
  const rows = await ctx.db
    .select({ status: scheduleRecipients.status })
    .from(scheduleRecipients)
    .where(eq(scheduleRecipients.runId, runId));
  if (rows.some(({ status }) => status === "queued" || status === "sent")) return;
  const run = await ctx.db.select().from(scheduleRuns).where(eq(scheduleRuns.id, runId)).get();
  if (run !== undefined) await failRun(ctx, run, "No recipient could be reached.", true, ["sent"]);
}
