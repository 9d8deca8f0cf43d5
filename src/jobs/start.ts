// A job begins as a row. Asked for twice, by the same request within its life, it is the same job.
import { sql } from "drizzle-orm";
import type { WorkspaceContext } from "../shared/context";
import { ConflictError } from "../shared/errors";
import { newId } from "../shared/ids";
import { auditActor } from "../store/audit";
import { findReusable } from "./find";
import type { JobKind } from "./kind";
import { MAX_UNFINISHED } from "./rules";
import { wakeQueue } from "./wake";

export interface StartOptions {
  /** Of everything the result depends on. A job of this workspace and kind with the same one is handed back instead of a new one … */
  requestHash?: string;
  /** … while it waits, runs, or has been done for less than this. */
  reuseForMs?: number;
  /** Higher goes first; 10 when somebody is watching, -10 for what nobody waits for. */
  priority?: number;
  notBefore?: number;
}

export interface PreparedJob {
  id: string;
  /** For the caller's batch; what follows it may be made to depend on `changes() > 0`. It writes nothing when the job can be reused. */
  statement: ReturnType<WorkspaceContext["db"]["run"]>;
  wake(): Promise<void>;
}

/** For who has rows of their own to write in the same batch; then look with `findReusable` whose job it became. */
export function prepareJob<Input>(ctx: WorkspaceContext, kind: JobKind<Input>, input: Input, options: StartOptions = {}): PreparedJob {
  const now = ctx.now();
  const id = newId("job", now);
  const { requestHash = null, reuseForMs = 0, priority = 0, notBefore = now } = options;
  const actor = auditActor(ctx);
  const createdBy = actor.kind === "system" ? null : `${actor.kind}:${actor.id}`;
  const statement = ctx.db.run(sql`
    INSERT INTO jobs (id, workspace_id, kind, queue, status, priority, input, request_hash, reuse_for_ms, max_attempts, due_at,
      created_by, correlation_id, created_at)
    SELECT ${id}, ${ctx.workspaceId}, ${kind.kind}, ${kind.queue}, 'queued', ${priority}, ${JSON.stringify(input)}, ${requestHash},
      ${reuseForMs}, ${kind.maxAttempts}, ${notBefore}, ${createdBy}, ${ctx.correlationId}, ${now}
    WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE workspace_id = ${ctx.workspaceId} AND kind = ${kind.kind} AND request_hash = ${requestHash}
        AND (status IN ('queued', 'running') OR (status = 'done' AND finished_at + reuse_for_ms > ${now})))
      AND (SELECT count(*) FROM jobs WHERE workspace_id = ${ctx.workspaceId} AND status IN ('queued', 'running')) < ${MAX_UNFINISHED}`);
  return { id, statement, wake: () => wakeQueue(ctx, kind.queue, Math.max(0, notBefore - now)) };
}

/** The id of the job that will have the result, and whether it was there before. */
export async function startJob<Input>(
  ctx: WorkspaceContext,
  kind: JobKind<Input>,
  input: Input,
  options: StartOptions = {},
): Promise<{ id: string; reused: boolean }> {
  const job = prepareJob(ctx, kind, input, options);
  const { meta } = await job.statement;
  if (meta.changes > 0) {
    await job.wake();
    return { id: job.id, reused: false };
  }
  const same = options.requestHash === undefined ? null : await findReusable(ctx, kind.kind, options.requestHash);
  if (same === null) throw tooManyJobs();
  return { id: same.id, reused: true };
}

export function tooManyJobs(): ConflictError {
  return new ConflictError(`${MAX_UNFINISHED} jobs are waiting or running already; let some finish, or cancel them.`, "too_many");
}
