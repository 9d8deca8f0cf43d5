// Taking a job: one conditional UPDATE, so that of two workers one has it. Running jobs whose lease ran out are due like the rest:
// their worker died.
import { sql } from "drizzle-orm";
import type { ServiceContext } from "../shared/context";
import { randomToken } from "../shared/crypto";
import { tables } from "../store";
import type { Job, JobQueue } from "./kind";
import { LEASE_MS, RUNNING_PER_WORKSPACE } from "./rules";

const { jobs } = tables;

export interface TakenJob extends Job {
  claim: string;
  /** A worker had it and never came back. */
  wasAbandoned: boolean;
}

/** The best due job of the queue: by priority, then by how long it has been due. */
export async function takeJob(ctx: ServiceContext, queue: JobQueue): Promise<TakenJob | null> {
  const now = ctx.now();
  const claim = randomToken(9);
  // RETURNING shows the row as it became; the claim of the one before is kept in front of ours to tell a death from a first run.
  const [row] = await ctx.db
    .update(jobs)
    .set({
      status: "running",
      claim: sql`CASE WHEN status = 'running' THEN 'after:' ELSE '' END || ${claim}`,
      attempts: sql`attempts + 1`,
      dueAt: now + LEASE_MS,
      startedAt: sql`coalesce(started_at, ${now})`,
    })
    .where(sql`id = (${bestDue(queue, now)})`)
    .returning();
  return row?.claim == null ? null : { ...row, claim: row.claim, wasAbandoned: row.claim.startsWith("after:") };
}

function bestDue(queue: JobQueue, now: number) {
  return sql`SELECT j.id FROM jobs j
    WHERE j.queue = ${queue} AND j.status IN ('queued', 'running') AND j.due_at <= ${now}
      AND (j.status = 'running' OR (SELECT count(*) FROM jobs r
        WHERE r.workspace_id = j.workspace_id AND r.status = 'running' AND r.queue = j.queue) < ${RUNNING_PER_WORKSPACE})
    ORDER BY j.priority DESC, j.due_at LIMIT 1`;
}

/** Something else of the queue is due now. */
export async function isMoreDue(ctx: ServiceContext, queue: JobQueue): Promise<boolean> {
  return (await ctx.db.all(bestDue(queue, ctx.now()))).length > 0;
}
