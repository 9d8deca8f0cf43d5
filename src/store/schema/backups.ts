import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** See migrations/d1/0017_backups.sql and 0026_backup_files.sql. */
export const backups = sqliteTable(
  "backups",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    jobId: text("job_id").notNull(),
    createdBy: text("created_by"),
    createdAt: integer("created_at").notNull(),
    finishedAt: integer("finished_at"),
    forms: integer(),
    responses: integer(),
    files: integer(),
    bytes: integer(),
  },
  (t) => [index("backups_by_workspace").on(t.workspaceId, t.id)],
);
