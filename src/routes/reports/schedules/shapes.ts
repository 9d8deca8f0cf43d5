import { z } from "@hono/zod-openapi";
import type { Delivery, Schedule } from "../../../reports";
import { isoTime } from "../../wire";

const time = z.iso.datetime();

export const ScheduleView = z
  .object({
    id: z.string(),
    form_id: z.string(),
    name: z.string(),
    frequency: z.enum(["daily", "weekly", "monthly", "cron"]),
    at: z.string().nullable().openapi({ example: "09:00" }),
    weekday: z.number().int().nullable().openapi({ description: "1 is Monday, 7 is Sunday." }),
    day: z.union([z.number().int(), z.literal("last")]).nullable(),
    cron: z.string().nullable(),
    timezone: z.string(),
    recipients: z.array(z.string()),
    filters: z.record(z.string(), z.unknown()).nullable(),
    format: z.string(),
    options: z.record(z.string(), z.unknown()),
    is_active: z.boolean(),
    next_run: time.nullable().openapi({ description: "Null while it is paused." }),
    last_run: time.nullable(),
    created_by: z.string(),
    created_at: time,
    updated_at: time,
  })
  .openapi("Schedule");

export function toScheduleView(row: Schedule): z.infer<typeof ScheduleView> {
  return {
    id: row.id,
    form_id: row.formId,
    name: row.name,
    frequency: row.frequency,
    at: row.frequency === "cron" ? null : row.at,
    weekday: row.weekday,
    day: row.day === 0 ? "last" : row.day,
    cron: row.cron,
    timezone: row.timezone,
    recipients: row.recipients,
    filters: row.filters,
    format: row.format,
    options: row.options,
    is_active: row.isActive,
    next_run: isoTime(row.nextRunAt),
    last_run: isoTime(row.lastRunAt),
    created_by: row.createdBy,
    created_at: isoTime(row.createdAt),
    updated_at: isoTime(row.updatedAt),
  };
}

export const RunView = z
  .object({
    id: z.string(),
    schedule_id: z.string(),
    trigger: z.enum(["clock", "person"]),
    planned_at: time,
    missed: z.number().int().openapi({ description: "Runs that an outage has swallowed and that this one stands for." }),
    status: z.enum(["queued", "running", "sent", "skipped", "failed"]),
    reason: z.string().nullable().openapi({ description: "Why it was skipped or failed." }),
    job_id: z.string().nullable(),
    export_id: z.string().nullable(),
    rows: z.number().int().nullable(),
    created_at: time,
    finished_at: time.nullable(),
  })
  .openapi("ScheduleRun");

export const DeliveryView = RunView.extend({
  file: z
    .object({ name: z.string(), size: z.number().int(), download_url: z.string(), expires_at: time })
    .nullable()
    .openapi({ description: "The very file that was sent; kept for 90 days." }),
  recipients: z.array(
    z.object({
      address: z.string(),
      status: z.enum(["queued", "sent", "failed", "bounced", "complained", "suppressed"]),
      detail: z.string().nullable(),
      attempts: z.number().int(),
      updated_at: time,
    }),
  ),
}).openapi("ScheduleDelivery");

export function toRunView(run: Delivery["run"]): z.infer<typeof RunView> {
  return {
    id: run.id,
    schedule_id: run.scheduleId,
    trigger: run.trigger,
    planned_at: isoTime(run.plannedAt),
    missed: run.missed,
    status: run.status,
    reason: run.reason,
    job_id: run.jobId,
    export_id: run.exportId,
    rows: run.rows,
    created_at: isoTime(run.createdAt),
    finished_at: isoTime(run.finishedAt),
  };
}

export function toDeliveryView({ run, file, recipients }: Delivery): z.infer<typeof DeliveryView> {
  return {
    ...toRunView(run),
    file: file === null ? null : { name: file.name, size: file.size, download_url: file.downloadUrl, expires_at: isoTime(file.expiresAt) },
    recipients: recipients.map(({ updatedAt, ...recipient }) => ({ ...recipient, updated_at: isoTime(updatedAt) })),
  };
}
