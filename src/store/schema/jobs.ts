import { sql } from "drizzle-orm";
import { index, integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Everything long; see migrations/d1/0014_jobs.sql. */
export const jobs = sqliteTable(
  "jobs",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    kind: text().notNull(),
    queue: text({ enum: ["exports", "reports", "work"] }).notNull(),
    status: text({ enum: ["queued", "running", "done", "failed", "cancelled"] }).notNull(),
    priority: integer().notNull().default(0),
    input: text({ mode: "json" }).notNull(),
    requestHash: text("request_hash"),
    reuseForMs: integer("reuse_for_ms").notNull().default(0),
    progress: real().notNull().default(0),
    rows: integer().notNull().default(0),
    attempts: integer().notNull().default(0),
    maxAttempts: integer("max_attempts").notNull(),
    dueAt: integer("due_at").notNull(),
    claim: text(),
    checkpoint: text({ mode: "json" }),
    followUpAt: integer("follow_up_at"),
    result: text({ mode: "json" }),
    error: text(),
    createdBy: text("created_by"),
    correlationId: text("correlation_id").notNull(),
    createdAt: integer("created_at").notNull(),
    startedAt: integer("started_at"),
    finishedAt: integer("finished_at"),
  },
  (t) => [
    index("jobs_to_take").on(t.queue, t.priority, t.dueAt).where(sql`status in ('queued', 'running')`),
    index("jobs_to_follow_up").on(t.queue, t.followUpAt).where(sql`follow_up_at is not null`),
    index("jobs_by_workspace").on(t.workspaceId, t.id),
    index("jobs_by_status").on(t.workspaceId, t.status, t.id),
    index("jobs_by_kind").on(t.workspaceId, t.kind, t.id),
    index("jobs_same_request").on(t.workspaceId, t.kind, t.requestHash).where(sql`request_hash is not null`),
    index("jobs_ended").on(t.finishedAt).where(sql`finished_at is not null`),
  ],
);
