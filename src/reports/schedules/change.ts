import { and, eq, sql } from "drizzle-orm";
import { getForm } from "../../forms";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { ConflictError } from "../../shared/errors";
import { newId } from "../../shared/ids";
import { tables } from "../../store";
import { auditActor, auditIfChanged } from "../../store/audit";
import { checkSchedule, timingOf } from "./check";
import { loadSchedule, type Schedule } from "./read";
import { MAX_SCHEDULES, type ScheduleChange, type ScheduleFields } from "./schemas";

const { schedules } = tables;

export async function createSchedule(ctx: ServiceContext, input: ScheduleFields): Promise<Schedule> {
  assertCan(ctx, "write");
  const form = await getForm(ctx, input.form_id);
  const timing = timingOf(input);
  const what = { formId: form.id, name: input.name, filters: input.filters ?? null, format: input.format, options: input.options ?? {} };
  const nextRunAt = await checkSchedule(ctx, { ...timing, ...what });
  const now = ctx.now();
  const actor = auditActor(ctx);
  const row: Schedule = {
    ...timing,
    ...what,
    id: newId("schedule", now),
    workspaceId: ctx.workspaceId,
    recipients: distinct(input.recipients),
    isActive: true,
    nextRunAt,
    lastRunAt: null,
    createdBy: `${actor.kind}:${actor.id}`,
    createdAt: now,
    updatedAt: now,
    revision: 1,
  };
  if ((await ctx.db.$count(schedules, eq(schedules.workspaceId, ctx.workspaceId))) >= MAX_SCHEDULES) {
    throw new ConflictError(`A workspace has at most ${MAX_SCHEDULES} schedules.`, "too_many");
  }
  await ctx.db.batch([
    ctx.db.insert(schedules).values(row),
    audit(ctx, "schedule.created", row.id, { form_id: form.id, format: row.format }),
  ]);
  return row;
}

export async function updateSchedule(ctx: ServiceContext, id: string, change: ScheduleChange): Promise<Schedule> {
  assertCan(ctx, "write");
  const row = await loadSchedule(ctx, id);
  const timing = timingOf({
    frequency: change.frequency ?? row.frequency,
    at: change.at ?? row.at,
    weekday: change.weekday ?? row.weekday ?? undefined,
    day: change.day ?? (row.day === 0 ? "last" : (row.day ?? undefined)),
    cron: change.cron ?? row.cron ?? undefined,
    timezone: change.timezone ?? row.timezone,
  });
  const what = {
    name: change.name ?? row.name,
    filters: change.filters === undefined ? row.filters : change.filters,
    format: change.format ?? row.format,
    options: change.options ?? row.options,
  };
  const isActive = change.is_active ?? row.isActive;
  const first = await checkSchedule(ctx, { ...timing, ...what, formId: row.formId });
  const wasMoved =
    !row.isActive || (["frequency", "at", "weekday", "day", "cron", "timezone"] as const).some((part) => change[part] !== undefined);
  const changed = await ctx.db.batch([
    ctx.db
      .update(schedules)
      .set({
        ...timing,
        ...what,
        recipients: change.recipients === undefined ? row.recipients : distinct(change.recipients),
        isActive,
        // A run that is due stays due, unless it is now wanted at another time.
        ...(isActive ? (wasMoved ? { nextRunAt: first } : {}) : { nextRunAt: null }),
        updatedAt: ctx.now(),
        revision: row.revision + 1,
      })
      .where(and(eq(schedules.workspaceId, ctx.workspaceId), eq(schedules.id, id), eq(schedules.revision, row.revision)))
      .returning(),
    audit(ctx, "schedule.updated", id, { changed: Object.keys(change) }),
  ]);
  const after = changed[0][0];
  if (after === undefined) throw new ConflictError("Somebody else changed the schedule meanwhile; read it again.", "moved_on");
  return after;
}

/** What it has sent stays in the history of exports; what is on its way is not called back. */
export async function deleteSchedule(ctx: ServiceContext, id: string): Promise<void> {
  assertCan(ctx, "delete");
  await loadSchedule(ctx, id);
  await ctx.db.batch([
    ctx.db.delete(schedules).where(and(eq(schedules.workspaceId, ctx.workspaceId), eq(schedules.id, id))),
    audit(ctx, "schedule.deleted", id),
    ctx.db.run(sql`DELETE FROM schedule_recipients WHERE run_id IN
      (SELECT id FROM schedule_runs WHERE workspace_id = ${ctx.workspaceId} AND schedule_id = ${id})`),
    ctx.db.run(sql`DELETE FROM schedule_runs WHERE workspace_id = ${ctx.workspaceId} AND schedule_id = ${id}`),
  ]);
}

function audit(ctx: WorkspaceContext, action: string, targetId: string, details?: Record<string, unknown>) {
  return auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action, targetKind: "schedule", targetId, details });
}

function distinct(addresses: readonly string[]): string[] {
  return [...new Map(addresses.map((address) => [address.toLowerCase(), address])).values()];
}
