import { and, desc, eq, lt } from "drizzle-orm";
import { assertCan, type ServiceContext } from "../shared/context";
import { decodeCursor, type Page, toPage } from "../shared/lists";
import { tables } from "../store";
import { loadJob } from "./find";
import type { Job, JobStatus } from "./kind";

const { jobs } = tables;

export async function listJobs(
  ctx: ServiceContext,
  input: { kind?: string; status?: JobStatus; limit: number; cursor?: string },
): Promise<Page<Job>> {
  assertCan(ctx, "read");
  const [before] = decodeCursor(input.cursor, 1) ?? [];
  const rows = await ctx.db
    .select()
    .from(jobs)
    .where(
      and(
        eq(jobs.workspaceId, ctx.workspaceId),
        input.kind === undefined ? undefined : eq(jobs.kind, input.kind),
        input.status === undefined ? undefined : eq(jobs.status, input.status),
        before === undefined ? undefined : lt(jobs.id, String(before)),
      ),
    )
    .orderBy(desc(jobs.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, (job) => [job.id]);
}

export async function getJob(ctx: ServiceContext, id: string): Promise<Job> {
  assertCan(ctx, "read");
  return loadJob(ctx, id);
}
