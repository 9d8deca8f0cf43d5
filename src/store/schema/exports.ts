import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Files made from a form's responses; see migrations/d1/0021_exports.sql. */
export const exports = sqliteTable(
  "exports",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    formId: text("form_id").notNull(),
    jobId: text("job_id").notNull(),
    format: text().notNull(),
    request: text({ mode: "json" }).notNull(),
    position: text().notNull(),
    batchId: text("batch_id"),
    fileKey: text("file_key"),
    fileName: text("file_name"),
    size: integer(),
    rows: integer(),
    createdBy: text("created_by"),
    createdAt: integer("created_at").notNull(),
    finishedAt: integer("finished_at"),
    keepForMs: integer("keep_for_ms").notNull(),
    expiresAt: integer("expires_at"),
    announcedAt: integer("announced_at"),
  },
  (t) => [
    index("exports_by_workspace").on(t.workspaceId, t.id),
    index("exports_by_form").on(t.workspaceId, t.formId, t.id),
    index("exports_by_job").on(t.jobId),
    index("exports_expiring").on(t.expiresAt).where(sql`file_key is not null`),
  ],
);
