// Every quarter of an hour: what is due is claimed, and each claim becomes a run. Moving `next_run_at` on is the claim, in one
// batch with the run's row, so of two who try one finds nothing to move. Whoever dies after that leaves a run without a job,
// which the next one finds.
import { and, asc, eq, isNull, lte, sql } from "drizzle-orm";
import { startJob } from "../../jobs";
import { asSystem, assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { newId } from "../../shared/ids";
import { describeError } from "../../shared/log";
import { counter } from "../../shared/metrics";
import { tables } from "../../store";
import { auditIfChanged } from "../../store/audit";
import { nextRun } from "./next-run";
import { loadSchedule, type Schedule } from "./read";
import { SCHEDULED_REPORT } from "./run";

const { schedules, scheduleRuns } = tables;
const AT_ONCE = 200;
/** What an outage can have swallowed of a schedule that runs each quarter of an hour, in seven weeks. */
const MAX_MISSED = 5_000;
/** A run that was written this long ago and has no job has lost whoever wrote it. */
const ORPHAN_MS = 60_000;
const DAY_MS = 86_400_000;

const claimed = counter("headwater_schedules_claimed_total", "Schedules that were due and claimed.");

export type Run = typeof scheduleRuns.$inferSelect;

export async function runDueSchedules(ctx: ServiceContext): Promise<number> {
  const now = ctx.now();
  const due = await ctx.db
    .select()
    .from(schedules)
    .where(and(lte(schedules.nextRunAt, now)))
    .orderBy(asc(schedules.nextRunAt))
    .limit(AT_ONCE);
  let count = 0;
  for (const schedule of due) {
    // One that cannot be claimed must not keep the others waiting.
    try {
      if (await claim(ctx, schedule, now)) count++;
    } catch (error) {
      ctx.log.error("schedule not claimed", { schedule_id: schedule.id, ...describeError(error) });
    }
  }
  await startWaitingRuns(ctx, now - ORPHAN_MS);
  return count;
}

async function claim(ctx: ServiceContext, schedule: Schedule, now: number): Promise<boolean> {
  if (schedule.nextRunAt === null) return false;
  const { plannedAt, missed } = latestDue(schedule, schedule.nextRunAt, now);
  const run = newRun(schedule, "clock", plannedAt, now, missed);
  const own = asSystem(ctx, schedule.workspaceId);
  const [moved] = await ctx.db.batch([
    ctx.db
      .update(schedules)
      .set({ nextRunAt: nextRun(schedule, now), lastRunAt: plannedAt })
      .where(and(eq(schedules.id, schedule.id), eq(schedules.nextRunAt, schedule.nextRunAt), eq(schedules.isActive, true)))
      .returning({ id: schedules.id }),
    insertRun(ctx, run),
  ]);
  if (moved.length === 0) return false;
  claimed.add(1);
  await begin(own, run.id);
  return true;
}

/** After an outage it runs once, for the newest of the times that passed. */
function latestDue(schedule: Schedule, first: number, now: number): { plannedAt: number; missed: number } {
  let plannedAt = first;
  let missed = 0;
  for (let next = nextRun(schedule, first); next !== null && next <= now && missed < MAX_MISSED; next = nextRun(schedule, next)) {
    plannedAt = next;
    missed++;
  }
  return { plannedAt, missed };
}

/** Beside its rhythm, which stays as it is. */
export async function runScheduleNow(ctx: ServiceContext, id: string): Promise<Run> {
  assertCan(ctx, "write");
  const schedule = await loadSchedule(ctx, id);
  const now = ctx.now();
  const run = newRun(schedule, "person", now, now, 0);
  await ctx.db.batch([
    ctx.db.insert(scheduleRuns).values(run),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "schedule.run",
      targetKind: "schedule",
      targetId: id,
      details: { run_id: run.id },
    }),
  ]);
  return { ...run, jobId: await begin(ctx, run.id) };
}

function newRun(schedule: Schedule, trigger: Run["trigger"], plannedAt: number, now: number, missed: number): Run {
  return {
    id: newId("scheduleRun", now),
    workspaceId: schedule.workspaceId,
    scheduleId: schedule.id,
    formId: schedule.formId,
    trigger,
    plannedAt,
    previousAt: schedule.lastRunAt,
    missed,
    status: "queued",
    reason: null,
    jobId: null,
    exportId: null,
    rows: null,
    createdAt: now,
    finishedAt: null,
  };
}

/** Only when the statement before it has changed something. */
function insertRun(ctx: ServiceContext, run: Run) {
  return ctx.db.run(sql`
    INSERT INTO schedule_runs (id, workspace_id, schedule_id, form_id, trigger_kind, planned_at, previous_at, missed, status, created_at)
    SELECT ${run.id}, ${run.workspaceId}, ${run.scheduleId}, ${run.formId}, ${run.trigger}, ${run.plannedAt}, ${run.previousAt},
      ${run.missed}, ${run.status}, ${run.createdAt} WHERE changes() > 0`);
}

/** The run's id is the request: whoever comes second is handed the first one's job. */
async function begin(ctx: WorkspaceContext, runId: string): Promise<string> {
  const { id } = await startJob(ctx, SCHEDULED_REPORT, { run_id: runId }, { requestHash: runId, reuseForMs: DAY_MS });
  await ctx.db
    .update(scheduleRuns)
    .set({ jobId: id })
    .where(and(eq(scheduleRuns.id, runId), isNull(scheduleRuns.jobId)));
  return id;
}

async function startWaitingRuns(ctx: ServiceContext, before: number): Promise<void> {
  const waiting = await ctx.db
    .select({ id: scheduleRuns.id, workspaceId: scheduleRuns.workspaceId })
    .from(scheduleRuns)
    // Written out: with bound values the store could not see that the partial index covers them.
    .where(and(sql`${scheduleRuns.status} = 'queued' AND ${scheduleRuns.jobId} IS NULL`, lte(scheduleRuns.createdAt, before)))
    .orderBy(asc(scheduleRuns.createdAt))
    .limit(AT_ONCE);
  for (const { id, workspaceId } of waiting) {
    await begin(asSystem(ctx, workspaceId), id).catch((error: unknown) =>
      ctx.log.error("scheduled run not begun", { run_id: id, ...describeError(error) }),
    );
  }
}
