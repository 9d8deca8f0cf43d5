import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** See migrations/d1/0013_plugins.sql for each column of these tables. */
export const plugins = sqliteTable(
  "plugins",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    formId: text("form_id"),
    name: text().notNull(),
    built: text(),
    mode: text({ enum: ["strict", "metered"] }).notNull(),
    status: text({ enum: ["enabled", "disabled", "paused"] }).notNull(),
    statusReason: text("status_reason"),
    events: text({ mode: "json" }).$type<string[]>().notNull(),
    hooks: text({ mode: "json" }).$type<string[]>().notNull(),
    config: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    secrets: text(),
    secretNames: text("secret_names", { mode: "json" }).$type<string[]>().notNull(),
    allowedHosts: text("allowed_hosts", { mode: "json" }).$type<string[]>().notNull(),
    permissions: text({ mode: "json" }).$type<string[]>().notNull(),
    onFailure: text("on_failure", { enum: ["open", "closed"] }).notNull(),
    version: integer().notNull(),
    lastVersion: integer("last_version").notNull(),
    schedule: text(),
    nextRunAt: integer("next_run_at"),
    failures: integer().notNull().default(0),
    revision: integer().notNull().default(1),
    createdBy: text("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [
    index("plugins_by_workspace").on(t.workspaceId, t.id),
    index("plugins_scheduled").on(t.nextRunAt).where(sql`next_run_at is not null and status = 'enabled'`),
  ],
);

export const pluginVersions = sqliteTable(
  "plugin_versions",
  {
    pluginId: text("plugin_id").notNull(),
    version: integer().notNull(),
    workspaceId: text("workspace_id").notNull(),
    source: text().notNull(),
    mode: text({ enum: ["strict", "metered"] }).notNull(),
    declared: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    config: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.pluginId, t.version] })],
);

export const pluginRuns = sqliteTable(
  "plugin_runs",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    pluginId: text("plugin_id").notNull(),
    eventId: text("event_id").notNull(),
    eventType: text("event_type").notNull(),
    occurredAt: integer("occurred_at").notNull(),
    formId: text("form_id"),
    shard: integer(),
    seq: integer(),
    data: text({ mode: "json" }).$type<Record<string, unknown>>(),
    kind: text({ enum: ["event", "test", "validator"] }).notNull(),
    status: text({ enum: ["queued", "running", "done"] }).notNull(),
    outcome: text({ enum: ["ok", "error", "timeout", "limit"] }),
    version: integer(),
    attempts: integer().notNull().default(0),
    dueAt: integer("due_at").notNull(),
    claim: text(),
    durationMs: integer("duration_ms"),
    logs: text({ mode: "json" }).$type<Record<string, unknown>[]>(),
    error: text(),
    correlationId: text("correlation_id").notNull(),
    createdAt: integer("created_at").notNull(),
    finishedAt: integer("finished_at"),
  },
  (t) => [
    index("plugin_runs_by_plugin").on(t.pluginId, t.id),
    index("plugin_runs_due").on(t.dueAt).where(sql`status in ('queued', 'running')`),
  ],
);

export const pluginKv = sqliteTable(
  "plugin_kv",
  {
    pluginId: text("plugin_id").notNull(),
    key: text().notNull(),
    workspaceId: text("workspace_id").notNull(),
    value: text().notNull(),
    bytes: integer().notNull(),
    expiresAt: integer("expires_at"),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.pluginId, t.key] })],
);

export const pluginDays = sqliteTable(
  "plugin_days",
  {
    pluginId: text("plugin_id").notNull(),
    day: text().notNull(),
    workspaceId: text("workspace_id").notNull(),
    mails: integer().notNull().default(0),
    files: integer().notNull().default(0),
    ok: integer().notNull().default(0),
    failed: integer().notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.pluginId, t.day] })],
);
