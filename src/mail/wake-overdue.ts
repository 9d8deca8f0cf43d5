// The minute sweep: mail whose queue message was lost, or whose consumer died with the claim in hand.
import { and, asc, lte, sql } from "drizzle-orm";
import type { ServiceContext } from "../shared/context";
import { tables } from "../store";
import { whyMailCannotLeave } from "./choose-transport";
import { OVERDUE_MS } from "./rules";
import { wakeMail } from "./send";

const { mailMessages } = tables;
// Written out: with bound values the store could not see that the partial index covers them.
const WAITING = sql`${mailMessages.status} IN ('queued', 'sending')`;
/** What one sendBatch takes. More waits for the next minute: the oldest go first. */
const MAX_AT_ONCE = 100;

export async function wakeOverdueMail(ctx: ServiceContext): Promise<number> {
  const why = whyMailCannotLeave(ctx.env);
  // Each minute, for as long as it holds: no mail is an emergency that nobody notices by itself.
  if (why !== null) ctx.log.error("mail cannot leave", { why });
  const overdue = await ctx.db
    .select({ id: mailMessages.id, correlationId: mailMessages.correlationId })
    .from(mailMessages)
    .where(and(WAITING, lte(mailMessages.dueAt, ctx.now() - OVERDUE_MS)))
    .orderBy(asc(mailMessages.dueAt))
    .limit(MAX_AT_ONCE);
  if (overdue.length === 0) return 0;
  await wakeMail(
    ctx,
    overdue.map((row) => ({ mail_id: row.id, correlation_id: row.correlationId })),
  );
  ctx.log.info("overdue mail woken", { count: overdue.length });
  return overdue.length;
}
