import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** Reports sent by the clock; see migrations/d1/0015_schedules.sql. */
export const schedules = sqliteTable(
  "schedules",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    formId: text("form_id").notNull(),
    name: text().notNull(),
    frequency: text({ enum: ["daily", "weekly", "monthly", "cron"] }).notNull(),
    at: text("at_time").notNull(),
    weekday: integer(),
    day: integer(),
    cron: text(),
    timezone: text().notNull(),
    recipients: text({ mode: "json" }).$type<string[]>().notNull(),
    filters: text({ mode: "json" }).$type<Record<string, unknown>>(),
    format: text().notNull(),
    options: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    isActive: integer("is_active", { mode: "boolean" }).notNull(),
    nextRunAt: integer("next_run_at"),
    lastRunAt: integer("last_run_at"),
    createdBy: text("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    revision: integer().notNull().default(1),
  },
  (t) => [
    index("schedules_due").on(t.nextRunAt).where(sql`next_run_at is not null`),
    index("schedules_by_workspace").on(t.workspaceId, t.id),
    index("schedules_by_form").on(t.workspaceId, t.formId, t.id),
  ],
);

export const scheduleRuns = sqliteTable(
  "schedule_runs",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    scheduleId: text("schedule_id").notNull(),
    formId: text("form_id").notNull(),
    trigger: text("trigger_kind", { enum: ["clock", "person"] }).notNull(),
    plannedAt: integer("planned_at").notNull(),
    previousAt: integer("previous_at"),
    missed: integer().notNull().default(0),
    status: text({ enum: ["queued", "running", "sent", "skipped", "failed"] }).notNull(),
    reason: text(),
    jobId: text("job_id"),
    exportId: text("export_id"),
    rows: integer(),
    createdAt: integer("created_at").notNull(),
    finishedAt: integer("finished_at"),
  },
  (t) => [
    index("schedule_runs_by_schedule").on(t.workspaceId, t.scheduleId, t.id),
    uniqueIndex("schedule_runs_once").on(t.scheduleId, t.plannedAt).where(sql`trigger_kind = 'clock'`),
    index("schedule_runs_without_job").on(t.createdAt).where(sql`status = 'queued' and job_id is null`),
  ],
);

export const scheduleRecipients = sqliteTable(
  "schedule_recipients",
  {
    runId: text("run_id").notNull(),
    address: text().notNull(),
    workspaceId: text("workspace_id").notNull(),
    scheduleId: text("schedule_id").notNull(),
    mailId: text("mail_id"),
    status: text({ enum: ["queued", "sent", "failed", "bounced", "complained", "suppressed"] }).notNull(),
    detail: text(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.address] }),
    uniqueIndex("schedule_recipients_by_mail").on(t.mailId).where(sql`mail_id is not null`),
    index("schedule_recipients_open").on(t.updatedAt).where(sql`status = 'queued'`),
  ],
);

export const mailSuppressions = sqliteTable(
  "mail_suppressions",
  {
    workspaceId: text("workspace_id").notNull(),
    address: text().notNull(),
    scope: text().notNull(),
    reason: text({ enum: ["bounced", "complained", "unsubscribed", "manual"] }).notNull(),
    detail: text(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.address, t.scope] })],
);
