import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const forecastModels = sqliteTable(
  "forecast_models",
  {
    workspaceId: text("workspace_id").notNull(),
    /** A form, or a workspace for all of its forms together. */
    subject: text().notNull(),
    version: integer().notNull(),
    kind: text().notNull(),
    timezone: text().notNull(),
    fromDate: text("from_date").notNull(),
    toDate: text("to_date").notNull(),
    measured: text({ mode: "json" }).notNull(),
    run: text(),
    trainedAt: integer("trained_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.subject, t.version] })],
);

export const forecastRuns = sqliteTable(
  "forecast_runs",
  {
    run: text().primaryKey(),
    cursor: text().notNull().default(""),
    openedAt: integer("opened_at").notNull(),
    listedAt: integer("listed_at"),
  },
  (t) => [index("forecast_runs_unlisted").on(t.openedAt)],
);

export const forecastDue = sqliteTable(
  "forecast_due",
  {
    subject: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    run: text().notNull(),
    claim: text(),
    claimedUntil: integer("claimed_until").notNull().default(0),
    attempts: integer().notNull().default(0),
  },
  (t) => [index("forecast_due_free").on(t.claimedUntil, t.subject)],
);
