import { and, eq, inArray, isNull } from "drizzle-orm";
import { assertCan, type ServiceContext } from "../shared/context";
import { ConflictError, DomainError } from "../shared/errors";
import { tables } from "../store";
import { auditActor, auditIfChanged } from "../store/audit";
import { announceJob } from "./announce";
import { loadJob } from "./find";
import type { Job } from "./kind";
import { wakeQueue } from "./wake";

const { jobs } = tables;

/** From the start, with all its attempts before it again. One that waits for its next attempt is tried now. */
export async function retryJob(ctx: ServiceContext, id: string): Promise<Job> {
  assertCan(ctx, "read");
  const job = await loadJob(ctx, id);
  const actor = auditActor(ctx);
  if (job.createdBy !== `${actor.kind}:${actor.id}`) assertCan(ctx, "write");
  if (job.status === "done" || job.status === "running") {
    throw new ConflictError(job.status === "done" ? "The job is done." : "The job is running.", "wrong_state");
  }
  // What it left behind is removed first, or the new attempt would have its pieces taken away.
  if (job.followUpAt !== null) {
    throw new DomainError("conflict", "The job is still being cleaned up; try again in a moment.", {
      reason: "busy",
      retryAfterSeconds: 2,
    });
  }
  const now = ctx.now();
  const ended = job.status !== "queued";
  const [rows] = await ctx.db.batch([
    ctx.db
      .update(jobs)
      .set({
        status: "queued",
        dueAt: now,
        ...(ended ? { attempts: 0, error: null, progress: 0, rows: 0, checkpoint: null, finishedAt: null } : {}),
      })
      .where(
        and(
          eq(jobs.id, id),
          eq(jobs.workspaceId, ctx.workspaceId),
          inArray(jobs.status, ["queued", "failed", "cancelled"]),
          isNull(jobs.followUpAt),
        ),
      )
      .returning(),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "job.retried",
      targetKind: "job",
      targetId: id,
      details: { kind: job.kind },
    }),
  ]);
  const [queued] = rows;
  if (queued === undefined) throw new ConflictError("The job has moved on; read it again.", "wrong_state");
  announceJob(ctx, queued);
  await wakeQueue(ctx, queued.queue);
  return queued;
}
