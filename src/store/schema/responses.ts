// The bulk tables as Drizzle sees them, for joins from elsewhere. Their own queries live in store/d1, because JSON sets,
// JSONB and full text are outside what Drizzle can say.
import { sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

export const responses = sqliteTable(
  "responses",
  {
    row: integer().primaryKey(),
    id: text().notNull().unique(),
    workspaceId: text("workspace_id").notNull(),
    formId: text("form_id").notNull(),
    shard: integer().notNull(),
    /** The entry that accepted it; with the shard, its position. */
    seq: integer().notNull(),
    /** The newest entry about it. */
    lastSeq: integer("last_seq").notNull(),
    /** The newest entry that wrote its answers. */
    dataSeq: integer("data_seq").notNull(),
    formVersion: integer("form_version").notNull(),
    status: text({ enum: ["complete", "partial"] }).notNull(),
    submittedAt: integer("submitted_at").notNull(),
    startedAt: integer("started_at"),
    durationMs: integer("duration_ms"),
    updatedAt: integer("updated_at").notNull(),
    deletedAt: integer("deleted_at"),
    erasedAt: integer("erased_at"),
    /** Of `data`, as the chain carries it. */
    dataHash: text("data_hash").notNull(),
    /** JSONB. */
    meta: blob().notNull(),
    /** JSONB. */
    data: blob().notNull(),
  },
  (t) => [
    uniqueIndex("responses_by_seq").on(t.formId, t.shard, t.seq),
    index("responses_by_time").on(t.formId, t.submittedAt, t.seq, t.shard).where(sql`deleted_at IS NULL`),
    index("responses_by_status").on(t.formId, t.status, t.submittedAt, t.seq, t.shard).where(sql`deleted_at IS NULL`),
    index("responses_deleted").on(t.formId, t.submittedAt, t.seq, t.shard).where(sql`deleted_at IS NOT NULL`),
  ],
);

export const responseEntries = sqliteTable(
  "response_entries",
  {
    row: integer().primaryKey(),
    formId: text("form_id").notNull(),
    shard: integer().notNull(),
    seq: integer().notNull(),
    responseId: text("response_id").notNull(),
    kind: text({ enum: ["accept", "update", "delete", "restore", "erase"] }).notNull(),
    formVersion: integer("form_version").notNull(),
    status: text({ enum: ["complete", "partial"] }).notNull(),
    at: integer().notNull(),
    submittedAt: integer("submitted_at").notNull(),
    dataHash: text("data_hash").notNull(),
    /** Goes with the data when a response is erased, so that the hash left behind cannot be guessed at. */
    salt: text(),
    hash: text().notNull(),
    actor: text(),
    /** JSONB; null while `responses` still holds it. */
    data: blob(),
  },
  (t) => [
    uniqueIndex("response_entries_by_seq").on(t.formId, t.shard, t.seq),
    index("response_entries_by_response").on(t.formId, t.responseId, t.seq),
  ],
);

export const responseRollups = sqliteTable(
  "response_rollups",
  {
    formId: text("form_id").notNull(),
    day: text().notNull(),
    field: text().notNull(),
    value: text().notNull(),
    count: integer().notNull(),
    sum: real().notNull().default(0),
    min: real(),
    max: real(),
    loose: integer().notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.formId, t.field, t.day, t.value] })],
);

export const ledgerMarks = sqliteTable(
  "ledger_marks",
  {
    formId: text("form_id").notNull(),
    shard: integer().notNull(),
    workspaceId: text("workspace_id").notNull(),
    seq: integer().notNull(),
    /** Of the last settled entry: where the chain goes on. */
    hash: text().notNull(),
    settledAt: integer("settled_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.formId, t.shard] })],
);

export const ledgerOutbox = sqliteTable(
  "ledger_outbox",
  {
    formId: text("form_id").notNull(),
    shard: integer().notNull(),
    fromSeq: integer("from_seq").notNull(),
    toSeq: integer("to_seq").notNull(),
    workspaceId: text("workspace_id").notNull(),
    correlationId: text("correlation_id"),
    createdAt: integer("created_at").notNull(),
    sentAt: integer("sent_at").notNull(),
    attempts: integer().notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.formId, t.shard, t.fromSeq] }), index("ledger_outbox_overdue").on(t.sentAt)],
);
