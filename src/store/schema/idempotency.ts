import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    workspaceId: text("workspace_id").notNull(),
    /** The key or person that used it: two callers of one workspace may pick the same word. */
    actorId: text("actor_id").notNull(),
    key: text().notNull(),
    requestHash: text("request_hash").notNull(),
    claimedAt: integer("claimed_at").notNull(),
    /** Null while the first request is under way. */
    status: integer(),
    /** Sealed: a reply may hold a secret that is shown once. */
    reply: text(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.actorId, t.key] }), index("idempotency_by_age").on(t.claimedAt)],
);
