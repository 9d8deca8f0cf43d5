import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Files as answers; see migrations/d1/0025_uploads.sql for each column. */
export const uploads = sqliteTable(
  "uploads",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    formId: text("form_id").notNull(),
    field: text().notNull(),
    name: text().notNull(),
    type: text().notNull(),
    size: integer().notNull(),
    status: text({ enum: ["open", "complete"] }).notNull(),
    scan: text({ enum: ["none", "pending", "clean", "refused"] }).notNull(),
    scanAttempts: integer("scan_attempts").notNull().default(0),
    fileKey: text("file_key").notNull(),
    multipartId: text("multipart_id"),
    responseId: text("response_id"),
    heldBy: text("held_by"),
    heldUntil: integer("held_until"),
    expiresAt: integer("expires_at"),
    createdBy: text("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    completedAt: integer("completed_at"),
  },
  (t) => [
    index("uploads_by_form").on(t.workspaceId, t.formId, t.id),
    index("uploads_by_response").on(t.workspaceId, t.formId, t.responseId, t.id).where(sql`response_id is not null`),
    index("uploads_unclaimed").on(t.formId, t.size).where(sql`response_id is null`),
    index("uploads_expiring").on(t.expiresAt).where(sql`expires_at is not null`),
    index("uploads_to_scan").on(t.completedAt).where(sql`scan = 'pending'`),
  ],
);

export const uploadParts = sqliteTable(
  "upload_parts",
  {
    uploadId: text("upload_id").notNull(),
    part: integer().notNull(),
    size: integer().notNull(),
    etag: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.uploadId, t.part] })],
);

export const uploadUsage = sqliteTable("upload_usage", {
  workspaceId: text("workspace_id").primaryKey(),
  files: integer().notNull(),
  bytes: integer().notNull(),
});
