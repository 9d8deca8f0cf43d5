// Messages that say: something is due. Losing one costs a minute, not the job: the minute sweep looks at the rows.
import { sql } from "drizzle-orm";
import type { ServiceContext } from "../shared/context";
import { describeError } from "../shared/log";
import { JOB_QUEUES, type JobQueue } from "./kind";
import type { JobMessage } from "./message";
import { OVERDUE_MS } from "./rules";

const MAX_DELAY_SECONDS = 43_200;
/** A minute, for one queue. */
const MAX_WOKEN = 20;

const queueOf = (env: Env, queue: JobQueue): Queue => ({ exports: env.EXPORTS, reports: env.REPORTS, work: env.WORK })[queue];

export async function wakeQueue(ctx: ServiceContext, queue: JobQueue, delayMs = 0, count = 1): Promise<void> {
  const body: JobMessage = { type: "due", correlation_id: ctx.correlationId };
  const delaySeconds = Math.min(MAX_DELAY_SECONDS, Math.ceil(delayMs / 1_000));
  try {
    await queueOf(ctx.env, queue).sendBatch(Array.from({ length: count }, () => ({ body, delaySeconds })));
  } catch (error) {
    ctx.log.warn("job queue refused, cron will wake it", { queue, ...describeError(error) });
  }
}

/** The minute sweep: jobs whose message was lost, whose worker died, or that left something to do after their end. */
export async function wakeOverdueJobs(ctx: ServiceContext): Promise<number> {
  let woken = 0;
  for (const queue of JOB_QUEUES) {
    const before = ctx.now() - OVERDUE_MS;
    const due = await ctx.db.all<{ n: number }>(sql`
      SELECT count(*) AS n FROM (SELECT 1 FROM jobs WHERE queue = ${queue} AND status IN ('queued', 'running') AND due_at <= ${before} LIMIT ${MAX_WOKEN})`);
    const left = await ctx.db.all<{ n: number }>(sql`
      SELECT count(*) AS n FROM (SELECT 1 FROM jobs WHERE queue = ${queue} AND follow_up_at <= ${ctx.now()} LIMIT ${MAX_WOKEN})`);
    const count = Math.min(MAX_WOKEN, (due[0]?.n ?? 0) + (left[0]?.n ?? 0));
    if (count === 0) continue;
    await wakeQueue(ctx, queue, 0, count);
    ctx.log.info("overdue jobs woken", { queue, count });
    woken += count;
  }
  return woken;
}
