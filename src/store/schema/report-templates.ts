import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** See migrations/d1/0016_report_templates.sql. */
export const reportTemplates = sqliteTable(
  "report_templates",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    kind: text({ enum: ["pdf", "docx"] }).notNull(),
    name: text().notNull(),
    base: text(),
    settings: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    isDefault: integer("is_default", { mode: "boolean" }).notNull().default(false),
    fileKey: text("file_key"),
    fileSize: integer("file_size"),
    tags: text({ mode: "json" }).$type<string[]>(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [
    index("report_templates_of_workspace").on(t.workspaceId, t.id),
    uniqueIndex("report_templates_names").on(t.workspaceId, t.kind, t.name),
    uniqueIndex("report_templates_default").on(t.workspaceId, t.kind).where(sql`is_default = 1`),
  ],
);
