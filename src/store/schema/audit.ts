import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const auditLog = sqliteTable(
  "audit_log",
  {
    id: text().primaryKey(),
    /** Null for what happens to a person outside any workspace, such as a changed password. */
    workspaceId: text("workspace_id"),
    actorKind: text("actor_kind", { enum: ["user", "key", "system"] }).notNull(),
    actorId: text("actor_id").notNull(),
    action: text().notNull(),
    targetKind: text("target_kind").notNull(),
    targetId: text("target_id").notNull(),
    details: text({ mode: "json" }),
    ip: text(),
    userAgent: text("user_agent"),
    correlationId: text("correlation_id"),
    at: integer().notNull(),
  },
  (t) => [index("audit_by_workspace").on(t.workspaceId, t.id), index("audit_by_target").on(t.workspaceId, t.targetId, t.id)],
);
