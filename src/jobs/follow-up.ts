// What a job leaves to do once it has ended: a done one tells of its result, a cancelled or failed one has its pieces removed.
// It is noted on the row in the same statement that ends the job, so that no crash can lose it.
import { and, asc, eq, isNotNull, lte } from "drizzle-orm";
import { asSystem, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { describeError } from "../shared/log";
import { tables } from "../store";
import type { AnyJobKind, Job, JobQueue } from "./kind";
import { LEASE_MS } from "./rules";

const { jobs } = tables;
const AT_ONCE = 5;

/** Of one job, right after its run. */
export async function followUp(ctx: WorkspaceContext, kind: AnyJobKind, id: string): Promise<void> {
  const [job] = await ctx.db
    .update(jobs)
    .set({ followUpAt: ctx.now() + LEASE_MS })
    .where(and(eq(jobs.id, id), isNotNull(jobs.followUpAt)))
    .returning();
  if (job !== undefined) await doIt(ctx, kind, job);
}

/** Those whose worker died before it came to that. */
export async function followUpDue(ctx: ServiceContext, queue: JobQueue, kinds: readonly AnyJobKind[]): Promise<void> {
  const now = ctx.now();
  const due = await ctx.db
    .select({ id: jobs.id, workspaceId: jobs.workspaceId, kind: jobs.kind })
    .from(jobs)
    .where(and(eq(jobs.queue, queue), isNotNull(jobs.followUpAt), lte(jobs.followUpAt, now)))
    .orderBy(asc(jobs.followUpAt))
    .limit(AT_ONCE);
  for (const { id, workspaceId, kind: name } of due) {
    const kind = kinds.find((known) => known.kind === name);
    if (kind === undefined) continue;
    const [job] = await ctx.db
      .update(jobs)
      .set({ followUpAt: now + LEASE_MS })
      .where(and(eq(jobs.id, id), lte(jobs.followUpAt, now)))
      .returning();
    if (job !== undefined) await doIt(asSystem({ ...ctx, correlationId: job.correlationId }, workspaceId), kind, job);
  }
}

async function doIt(ctx: WorkspaceContext, kind: AnyJobKind, job: Job): Promise<void> {
  try {
    // An input that this version cannot read was never run by it either.
    const input = kind.input.safeParse(job.input);
    if (input.success) {
      if (job.status === "done") await kind.afterDone?.(ctx, input.data, job.result, job);
      else await kind.cleanUp?.(ctx, input.data, job);
    }
    await ctx.db
      .update(jobs)
      .set({ followUpAt: null, ...(job.status === "done" ? {} : { checkpoint: null }) })
      .where(and(eq(jobs.id, job.id), eq(jobs.followUpAt, job.followUpAt ?? 0)));
  } catch (error) {
    ctx.log.warn("a job's follow-up failed; it will be tried again", { job_id: job.id, ...describeError(error) });
  }
}
