import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** See migrations/d1/0024_privacy.sql. */
export const formRetention = sqliteTable(
  "form_retention",
  {
    formId: text("form_id").primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    answersDays: integer("answers_days"),
    partialDays: integer("partial_days"),
    deletedDays: integer("deleted_days"),
    updatedBy: text("updated_by").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [index("form_retention_by_workspace").on(t.workspaceId, t.formId)],
);

export const privacyRequests = sqliteTable(
  "privacy_requests",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    kind: text({ enum: ["erase", "export"] }).notNull(),
    /** Sealed; null once done. */
    person: text(),
    jobId: text("job_id").notNull(),
    report: text({ mode: "json" }),
    file: text(),
    expiresAt: integer("expires_at"),
    createdBy: text("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    finishedAt: integer("finished_at"),
  },
  (t) => [
    index("privacy_requests_by_workspace").on(t.workspaceId, t.id),
    index("privacy_requests_expiring").on(t.expiresAt).where(sql`file is not null`),
  ],
);
