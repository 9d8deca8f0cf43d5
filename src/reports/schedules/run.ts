// One run of a schedule, as a job: ask whether it is wanted, have the export made, write the letters. Each step is noted before the
// next, and each may happen twice.
import { and, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { askForm } from "../../analytics";
import { type Job, type JobControl, JobFailedError, type JobKind, type JobOutcome } from "../../jobs";
import type { WorkspaceContext } from "../../shared/context";
import { counter } from "../../shared/metrics";
import { tables } from "../../store";
import { raiseIfChanged } from "../../webhooks";
import { createExport } from "../exports/create";
import { readExport } from "../exports/read";
import { exportRequestOf, resolvedQuery } from "./check";
import { conditionHolds } from "./condition";
import { countMatching } from "./figures";
import { type RunMoment, resolveFilters } from "./filters";
import { findSchedule, type Schedule } from "./read";
import { ScheduleOptions } from "./schemas";
import { sendReport } from "./send";
import { isSuppressed, suppressedFor } from "./suppressions";

const { scheduleRuns, workspaces } = tables;

const POLL_MS = 3_000;
/** The history keeps the very file that was sent for as long as this. */
const FILE_KEPT_MS = 90 * 86_400_000;

const Input = z.object({ run_id: z.string().max(64) });
const Saved = z.object({ export_id: z.string().max(64) });
type Input = z.infer<typeof Input>;
export type Run = typeof scheduleRuns.$inferSelect;

const outcomes = counter("headwater_scheduled_reports_total", "Runs of schedules, by how they ended.", ["outcome"]);

export const SCHEDULED_REPORT: JobKind<Input, { run_id: string; status: string }> = {
  kind: "scheduled_report",
  queue: "reports",
  input: Input,
  maxAttempts: 5,
  resumes: true,
  run: runScheduledReport,
  cleanUp: markFailed,
};

async function runScheduledReport(
  ctx: WorkspaceContext,
  { run_id: id }: Input,
  control: JobControl,
): Promise<JobOutcome<{ run_id: string; status: string }>> {
  const run = await ctx.db
    .select()
    .from(scheduleRuns)
    .where(and(eq(scheduleRuns.id, id), eq(scheduleRuns.workspaceId, ctx.workspaceId)))
    .get();
  if (run === undefined || run.finishedAt !== null) return { kind: "done", result: { run_id: id, status: run?.status ?? "gone" } };
  const schedule = await findSchedule(ctx, run.scheduleId);
  if (schedule === null) return finish(ctx, run, "skipped", "The schedule was deleted.");
  const moment: RunMoment = { plannedAt: run.plannedAt, previousAt: run.previousAt, timezone: schedule.timezone };

  const saved = Saved.safeParse(control.saved).data ?? null;
  if (saved === null) {
    const unwanted = await whyUnwanted(ctx, schedule, moment);
    if (unwanted !== null) return finish(ctx, run, "skipped", unwanted);
    const made = await createExport(ctx, exportRequestOf(schedule, moment), { keepForMs: FILE_KEPT_MS });
    await control.checkpoint({ export_id: made.id } satisfies z.infer<typeof Saved>);
    await ctx.db.update(scheduleRuns).set({ status: "running", exportId: made.id }).where(eq(scheduleRuns.id, id));
    return { kind: "more", delayMs: POLL_MS };
  }

  const file = await readExport(ctx, saved.export_id);
  if (file.status === "queued" || file.status === "running") {
    await control.progress(file.progress * 0.9, file.rows ?? 0);
    return { kind: "more", delayMs: POLL_MS };
  }
  if (file.status !== "done") throw new JobFailedError(file.error ?? `The export was ${file.status}.`);
  await sendReport(ctx, { schedule, run, moment, file });
  outcomes.add(1, "sent");
  return { kind: "done", result: { run_id: id, status: "sent" } };
}

/** In words for the history; null when the report is wanted. */
async function whyUnwanted(ctx: WorkspaceContext, schedule: Schedule, moment: RunMoment): Promise<string | null> {
  const workspace = await ctx.db
    .select({ deletedAt: workspaces.deletedAt })
    .from(workspaces)
    .where(eq(workspaces.id, ctx.workspaceId))
    .get();
  if (workspace === undefined || workspace.deletedAt !== null) return "The workspace was deleted.";
  const { skip_if_empty: skipIfEmpty, only_if: onlyIf } = ScheduleOptions.parse(schedule.options);
  const suppressed = await suppressedFor(ctx, schedule.id);
  if (schedule.recipients.every((address) => isSuppressed(suppressed, address))) return "Nobody is left who wants it.";
  if (skipIfEmpty === true) {
    const { filter } = resolveFilters(schedule.filters, moment);
    if ((await countMatching(ctx, schedule.formId, filter)) === 0) return "There was nothing new.";
  }
  if (onlyIf === undefined) return null;
  const { rows } = await askForm(ctx, { formId: schedule.formId, query: resolvedQuery(onlyIf.query, moment) });
  const answer = rows[0]?.value ?? (onlyIf.query.aggregate === "count" ? 0 : null);
  return conditionHolds(onlyIf.is, answer) ? null : `The condition did not hold: the answer was ${answer ?? "nothing"}.`;
}

async function finish(
  ctx: WorkspaceContext,
  run: Run,
  status: "skipped",
  reason: string,
): Promise<JobOutcome<{ run_id: string; status: string }>> {
  await ctx.db.update(scheduleRuns).set({ status, reason, finishedAt: ctx.now() }).where(eq(scheduleRuns.id, run.id));
  outcomes.add(1, status);
  return { kind: "done", result: { run_id: run.id, status } };
}

/** After the last attempt, and after a cancel. Told of once: the event goes with the row that stops being under way. */
async function markFailed(ctx: WorkspaceContext, { run_id: id }: Input, job: Job): Promise<void> {
  if (job.status !== "failed" && job.status !== "cancelled") return;
  const reason = job.status === "cancelled" ? "It was cancelled." : (job.error ?? "Something failed on our side.");
  const run = await ctx.db.select().from(scheduleRuns).where(eq(scheduleRuns.id, id)).get();
  if (run === undefined) return;
  await failRun(ctx, run, reason, job.status === "failed");
}

export async function failRun(
  ctx: WorkspaceContext,
  run: Run,
  reason: string,
  tell: boolean,
  from: readonly Run["status"][] = ["queued", "running"],
): Promise<void> {
  const event = raiseIfChanged(ctx, {
    workspaceId: ctx.workspaceId,
    type: "schedule.failed",
    formId: run.formId,
    data: { schedule_id: run.scheduleId, run_id: run.id, planned_at: new Date(run.plannedAt).toISOString(), reason },
  });
  const update = ctx.db
    .update(scheduleRuns)
    .set({ status: "failed", reason, finishedAt: ctx.now() })
    .where(and(eq(scheduleRuns.id, run.id), inArray(scheduleRuns.status, [...from])))
    .returning({ id: scheduleRuns.id });
  const [failed] = tell ? await ctx.db.batch([update, event.statement]) : await ctx.db.batch([update]);
  if (failed.length === 0) return;
  outcomes.add(1, "failed");
  if (tell) await event.wake();
}
