import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

const SEVERITIES = ["low", "medium", "high"] as const;

export const alerts = sqliteTable(
  "alerts",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    formId: text("form_id"),
    source: text().notNull(),
    /** What makes two of them the same. */
    key: text().notNull(),
    severity: text({ enum: SEVERITIES }).notNull(),
    title: text().notNull(),
    details: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    openedAt: integer("opened_at").notNull(),
    lastRaisedAt: integer("last_raised_at").notNull(),
    times: integer().notNull().default(1),
    closedAt: integer("closed_at"),
    closedBy: text("closed_by"),
  },
  (t) => [
    uniqueIndex("alerts_open").on(t.workspaceId, t.key),
    index("alerts_by_workspace").on(t.workspaceId, t.id),
    index("alerts_by_form").on(t.workspaceId, t.formId, t.id),
  ],
);

export const detectors = sqliteTable(
  "detectors",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    formId: text("form_id").notNull(),
    name: text().notNull(),
    kind: text({ enum: ["drop", "spike", "level_shift", "silence", "completion_rate"] }).notNull(),
    sensitivity: text({ enum: SEVERITIES }).notNull(),
    windowHours: integer("window_hours").notNull(),
    minimum: integer().notNull(),
    isActive: integer("is_active", { mode: "boolean" }).notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [index("detectors_by_form").on(t.workspaceId, t.formId, t.id)],
);

export const anomalyWatch = sqliteTable(
  "anomaly_watch",
  {
    formId: text("form_id").primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    nextCheckAt: integer("next_check_at").notNull(),
    baseline: text({ mode: "json" }),
    judgedDay: text("judged_day"),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [index("anomaly_watch_due").on(t.nextCheckAt, t.formId)],
);
