import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Mail to be sent; see migrations/d1/0005_mail.sql. */
export const mailMessages = sqliteTable(
  "mail_messages",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id"),
    recipient: text().notNull(),
    template: text().notNull(),
    subject: text().notNull(),
    /** Sealed; null once sent. */
    body: text(),
    status: text({ enum: ["queued", "sending", "sent", "failed"] }).notNull(),
    attempts: integer().notNull().default(0),
    dueAt: integer("due_at").notNull(),
    claim: text(),
    lastError: text("last_error"),
    correlationId: text("correlation_id").notNull(),
    createdAt: integer("created_at").notNull(),
    sentAt: integer("sent_at"),
    /** What it carries lies in the bucket; see migrations/d1/0015_schedules.sql. */
    attachmentBytes: integer("attachment_bytes").notNull().default(0),
  },
  (t) => [index("mail_due").on(t.dueAt).where(sql`status in ('queued', 'sending')`)],
);
