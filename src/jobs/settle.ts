// What became of a run, written only by the worker that still has the job.
import { and, eq } from "drizzle-orm";
import type { WorkspaceContext } from "../shared/context";
import { tables } from "../store";
import type { Told } from "./control";
import type { Job } from "./kind";
import type { TakenJob } from "./take";

const { jobs } = tables;

export type Ending =
  | { kind: "done"; result: unknown }
  | { kind: "more"; delayMs: number }
  | { kind: "again"; message: string; delayMs: number }
  /** The dead letter: it stays, is listed as failed, and can be retried by hand. */
  | { kind: "failed"; message: string }
  | { kind: "lost" };

/** The row as it now stands; null when it was no longer ours. */
export async function endRun(ctx: WorkspaceContext, job: TakenJob, ending: Ending, { progress, rows }: Told): Promise<Job | null> {
  const now = ctx.now();
  switch (ending.kind) {
    case "done":
      return write(ctx, job, {
        status: "done",
        result: ending.result ?? null,
        error: null,
        progress: 1,
        rows,
        checkpoint: null,
        finishedAt: now,
        followUpAt: now,
      });
    case "more":
      // It got further, so what failed before is forgiven.
      return write(ctx, job, { status: "queued", dueAt: now + ending.delayMs, attempts: 0, error: null, progress, rows });
    case "again":
      return write(ctx, job, { status: "queued", dueAt: now + ending.delayMs, error: ending.message, progress, rows });
    case "failed":
      return write(ctx, job, { status: "failed", error: ending.message, finishedAt: now, followUpAt: now, progress, rows });
    case "lost":
      return null;
  }
}

/** As if it had not been taken. */
export async function putBack(ctx: WorkspaceContext, job: TakenJob, delayMs: number): Promise<void> {
  await write(ctx, job, { status: "queued", attempts: job.attempts - 1, dueAt: ctx.now() + delayMs });
}

async function write(ctx: WorkspaceContext, job: TakenJob, set: Partial<Job>): Promise<Job | null> {
  const [row] = await ctx.db
    .update(jobs)
    .set({ ...set, claim: null })
    .where(and(eq(jobs.id, job.id), eq(jobs.status, "running"), eq(jobs.claim, job.claim)))
    .returning();
  return row ?? null;
}
