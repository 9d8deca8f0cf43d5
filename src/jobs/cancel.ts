import { and, eq, inArray, sql } from "drizzle-orm";
import { assertCan, type ServiceContext } from "../shared/context";
import { ConflictError } from "../shared/errors";
import { tables } from "../store";
import { auditActor, auditIfChanged } from "../store/audit";
import { announceJob } from "./announce";
import { loadJob } from "./find";
import type { Job } from "./kind";
import { wakeQueue } from "./wake";

const { jobs } = tables;

/**
 * Cancelled at once for everybody who looks. A worker that is at it finds its claim void within two seconds, stops and removes
 * what it began; of one that died, the sweep does once its lease has run out.
 */
export async function cancelJob(ctx: ServiceContext, id: string): Promise<Job> {
  assertCan(ctx, "read");
  const job = await loadJob(ctx, id);
  // Whoever began it may end it; somebody else's takes the right to change things.
  const actor = auditActor(ctx);
  if (job.createdBy !== `${actor.kind}:${actor.id}`) assertCan(ctx, "write");
  if (job.status === "cancelled") return job;
  const now = ctx.now();
  const [rows] = await ctx.db.batch([
    ctx.db
      .update(jobs)
      .set({
        status: "cancelled",
        finishedAt: now,
        followUpAt: sql`CASE WHEN status = 'running' THEN due_at WHEN started_at IS NULL THEN NULL ELSE ${now} END`,
      })
      .where(and(eq(jobs.id, id), eq(jobs.workspaceId, ctx.workspaceId), inArray(jobs.status, ["queued", "running"])))
      .returning(),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "job.cancelled",
      targetKind: "job",
      targetId: id,
      details: { kind: job.kind },
    }),
  ]);
  const [cancelled] = rows;
  if (cancelled === undefined) throw new ConflictError("The job has ended already.", "wrong_state");
  announceJob(ctx, cancelled);
  if (cancelled.followUpAt !== null) await wakeQueue(ctx, cancelled.queue);
  return cancelled;
}
