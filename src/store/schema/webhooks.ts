import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Endpoints of customers; see migrations/d1/0012_webhooks.sql for each column of these tables. */
export const webhooks = sqliteTable(
  "webhooks",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    formId: text("form_id"),
    url: text().notNull(),
    description: text(),
    events: text({ mode: "json" }).$type<string[]>().notNull(),
    template: text({ mode: "json" }),
    filter: text({ mode: "json" }),
    /** Sealed. */
    headers: text(),
    redact: text({ mode: "json" }).$type<string[]>().notNull(),
    ordered: integer({ mode: "boolean" }).notNull(),
    maxPerMinute: integer("max_per_minute"),
    /** Sealed. */
    secret: text().notNull(),
    /** Sealed; signs too until `previousUntil`. */
    previousSecret: text("previous_secret"),
    previousUntil: integer("previous_until"),
    status: text({ enum: ["active", "paused", "disabled"] }).notNull(),
    statusReason: text("status_reason"),
    statusAt: integer("status_at").notNull(),
    failingSince: integer("failing_since"),
    openUntil: integer("open_until"),
    deadUntold: integer("dead_untold").notNull().default(0),
    toldAt: integer("told_at"),
    createdBy: text("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (t) => [index("webhooks_by_workspace").on(t.workspaceId, t.id).where(sql`deleted_at is null`)],
);

export const webhookDeliveries = sqliteTable(
  "webhook_deliveries",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    webhookId: text("webhook_id").notNull(),
    eventId: text("event_id").notNull(),
    eventType: text("event_type").notNull(),
    occurredAt: integer("occurred_at").notNull(),
    formId: text("form_id").notNull(),
    shard: integer(),
    seq: integer().notNull(),
    responseId: text("response_id"),
    status: text({ enum: ["pending", "delivered", "dead", "cancelled"] }).notNull(),
    attempts: integer().notNull().default(0),
    tries: integer().notNull().default(0),
    dueAt: integer("due_at").notNull(),
    lastStatus: integer("last_status"),
    lastError: text("last_error"),
    durationMs: integer("duration_ms"),
    correlationId: text("correlation_id"),
    createdAt: integer("created_at").notNull(),
    finishedAt: integer("finished_at"),
  },
  (t) => [
    index("webhook_deliveries_due").on(t.webhookId, t.dueAt).where(sql`status = 'pending'`),
    index("webhook_deliveries_in_order").on(t.webhookId, t.formId, t.occurredAt, t.seq).where(sql`status = 'pending'`),
    index("webhook_deliveries_dead").on(t.workspaceId, t.finishedAt, t.id).where(sql`status = 'dead'`),
    index("webhook_deliveries_dead_of").on(t.webhookId, t.finishedAt, t.id).where(sql`status = 'dead'`),
    index("webhook_deliveries_by_response").on(t.responseId, t.id).where(sql`response_id is not null`),
    index("webhook_deliveries_by_time").on(t.webhookId, t.occurredAt, t.seq),
  ],
);

export const webhookAttempts = sqliteTable(
  "webhook_attempts",
  {
    deliveryId: text("delivery_id").notNull(),
    attempt: integer().notNull(),
    workspaceId: text("workspace_id").notNull(),
    webhookId: text("webhook_id").notNull(),
    eventType: text("event_type").notNull(),
    at: integer().notNull(),
    durationMs: integer("duration_ms").notNull(),
    outcome: text({ enum: ["delivered", "failed", "refused"] }).notNull(),
    status: integer(),
    error: text(),
    response: text(),
  },
  (t) => [
    primaryKey({ columns: [t.deliveryId, t.attempt] }),
    index("webhook_attempts_of").on(t.webhookId, t.at, t.deliveryId, t.attempt),
    index("webhook_attempts_by_time").on(t.at),
  ],
);

export const webhookDays = sqliteTable(
  "webhook_days",
  {
    webhookId: text("webhook_id").notNull(),
    day: text().notNull(),
    delivered: integer().notNull(),
    failed: integer().notNull(),
    dead: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.webhookId, t.day] })],
);

export const webhookEvents = sqliteTable(
  "webhook_events",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    formId: text("form_id"),
    type: text().notNull(),
    occurredAt: integer("occurred_at").notNull(),
    data: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    correlationId: text("correlation_id"),
    fannedAt: integer("fanned_at"),
  },
  (t) => [
    index("webhook_events_untold").on(t.occurredAt).where(sql`fanned_at is null`),
    index("webhook_events_by_time").on(t.workspaceId, t.occurredAt, t.id),
  ],
);

export const webhookCursors = sqliteTable(
  "webhook_cursors",
  {
    webhookId: text("webhook_id").notNull(),
    formId: text("form_id").notNull(),
    shard: integer().notNull(),
    seq: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.webhookId, t.formId, t.shard] })],
);
