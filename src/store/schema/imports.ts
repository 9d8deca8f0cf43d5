import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Responses brought in from files; see migrations/d1/0022_imports.sql. */
export const imports = sqliteTable(
  "imports",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    formId: text("form_id").notNull(),
    fileName: text("file_name").notNull(),
    format: text({ enum: ["csv", "jsonl", "xlsx"] }).notNull(),
    fileKey: text("file_key"),
    size: integer().notNull(),
    columns: text({ mode: "json" }).$type<{ name: string; samples: string[] }[]>().notNull(),
    mapping: text({ mode: "json" }).$type<Record<string, string | null>>().notNull(),
    options: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    status: text({ enum: ["uploaded", "checking", "checked", "importing", "done", "failed", "cancelled"] }).notNull(),
    jobId: text("job_id"),
    rows: integer().notNull().default(0),
    accepted: integer().notNull().default(0),
    rejected: integer().notNull().default(0),
    error: text(),
    createdBy: text("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    finishedAt: integer("finished_at"),
  },
  (t) => [
    index("imports_by_form").on(t.workspaceId, t.formId, t.id),
    index("imports_with_file").on(t.createdAt).where(sql`file_key is not null`),
  ],
);

export const importErrors = sqliteTable(
  "import_errors",
  {
    importId: text("import_id").notNull(),
    row: integer().notNull(),
    place: integer().notNull(),
    path: text().notNull(),
    message: text().notNull(),
    code: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.importId, t.row, t.place] })],
);
