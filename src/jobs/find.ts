import { and, eq, sql } from "drizzle-orm";
import type { WorkspaceContext } from "../shared/context";
import { NotFoundError } from "../shared/errors";
import { tables } from "../store";
import type { Job } from "./kind";

const { jobs } = tables;

export async function loadJob(ctx: WorkspaceContext, id: string): Promise<Job> {
  const row = await ctx.db
    .select()
    .from(jobs)
    .where(and(eq(jobs.id, id), eq(jobs.workspaceId, ctx.workspaceId)))
    .get();
  if (row === undefined) throw new NotFoundError("The job");
  return row;
}

/** The job that the same request began, while it waits, runs or its result lives. */
export async function findReusable(ctx: WorkspaceContext, kind: string, requestHash: string): Promise<Job | null> {
  const alive = sql`(${jobs.status} IN ('queued', 'running') OR (${jobs.status} = 'done' AND ${jobs.finishedAt} + ${jobs.reuseForMs} > ${ctx.now()}))`;
  const row = await ctx.db
    .select()
    .from(jobs)
    .where(and(eq(jobs.workspaceId, ctx.workspaceId), eq(jobs.kind, kind), eq(jobs.requestHash, requestHash), alive))
    .limit(1)
    .get();
  return row ?? null;
}
