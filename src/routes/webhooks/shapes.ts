// The shapes of webhooks and what became of their deliveries, on the wire.
import { z } from "@hono/zod-openapi";
import { plainText } from "../../shared/text";
import { type AttemptRow, type Delivery, type DeliveryRow, EVENT_TYPES, type Webhook, type WebhookInput } from "../../webhooks";
import { isoTime } from "../wire";

const EventName = z.enum(EVENT_TYPES);
const Json = z.unknown().openapi({ description: "Any JSON.", example: { text: "New answer from {{data.email}}" } });
const JsonObject = z
  .custom<Record<string, unknown>>((value) => value !== null && typeof value === "object" && !Array.isArray(value), "This is an object.")
  .openapi({ type: "object", additionalProperties: true });

const fields = {
  url: z.string().min(1).max(2_000).openapi({ example: "https://hooks.example.com/headwater" }),
  form_id: z.string().min(1).max(64).nullable().openapi({ description: "Null: every form of the workspace." }),
  events: z.array(EventName).min(1).max(EVENT_TYPES.length),
  template: Json.nullable().openapi({
    description: "The payload, with `{{path}}` for what is filled in; a text that is one placeholder alone keeps the value's type.",
  }),
  headers: z
    .record(z.string().max(100), z.string().max(2_000))
    .openapi({ description: "Sent with each delivery; sealed at rest and never shown again." }),
  filter: JsonObject.nullable().openapi({ description: "The query language's filter: only responses that match are sent." }),
  description: plainText(500).nullable(),
  ordered: z.boolean().openapi({ description: "One at a time for each form, in the order of its chain." }),
  rate_limit_per_minute: z.number().int().min(1).max(60_000).nullable(),
  redact: z.array(z.string().min(1).max(64)).max(100).openapi({ description: "Fields that are left out of what is sent." }),
};

export const WebhookBody = z
  .object({
    ...fields,
    form_id: fields.form_id.default(null),
    template: fields.template.default(null),
    headers: fields.headers.default({}),
    filter: fields.filter.default(null),
    description: fields.description.default(null),
    ordered: fields.ordered.default(false),
    rate_limit_per_minute: fields.rate_limit_per_minute.default(null),
    redact: fields.redact.default([]),
  })
  .strict()
  .openapi("WebhookInput", { example: { url: "https://hooks.example.com/headwater", events: ["response.submitted"] } });

export const WebhookPatch = z
  .object({ ...fields, status: z.enum(["active", "paused"]) })
  .partial()
  .strict()
  .openapi("WebhookPatch", { example: { description: "The warehouse" } });

export const WebhookView = z
  .object({
    id: z.string(),
    form_id: z.string().nullable(),
    url: z.string(),
    description: z.string().nullable(),
    events: z.array(EventName),
    template: Json.nullable(),
    filter: JsonObject.nullable(),
    header_names: z.array(z.string()),
    ordered: z.boolean(),
    rate_limit_per_minute: z.number().int().nullable(),
    redact: z.array(z.string()),
    status: z.enum(["active", "paused", "disabled"]),
    status_reason: z.string().nullable(),
    circuit: z
      .enum(["closed", "open", "half_open"])
      .openapi({ description: "Open: nothing is sent for a while, because nothing got through." }),
    failing_since: z.iso.datetime().nullable(),
    old_secret_valid_until: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi("Webhook");

export const NewWebhookView = WebhookView.extend({ secret: z.string().openapi({ description: "Shown this once." }) }).openapi("NewWebhook");

export function toWebhookView(row: Webhook, now: number): z.infer<typeof WebhookView> {
  return {
    id: row.id,
    form_id: row.formId,
    url: row.url,
    description: row.description,
    events: row.events as z.infer<typeof EventName>[],
    template: row.template,
    filter: row.filter as Record<string, unknown> | null,
    header_names: row.headerNames,
    ordered: row.ordered,
    rate_limit_per_minute: row.maxPerMinute,
    redact: row.redact,
    status: row.status,
    status_reason: row.statusReason,
    circuit: row.openUntil === null ? "closed" : row.openUntil > now ? "open" : "half_open",
    failing_since: isoTime(row.failingSince),
    old_secret_valid_until: row.previousUntil !== null && row.previousUntil > now ? isoTime(row.previousUntil) : null,
    created_at: isoTime(row.createdAt),
    updated_at: isoTime(row.updatedAt),
  };
}

export function toWebhookInput(body: z.infer<typeof WebhookBody>): WebhookInput {
  const { form_id: formId, rate_limit_per_minute: maxPerMinute, ...rest } = body;
  return { ...rest, formId, maxPerMinute };
}

export function toWebhookChange({ form_id: formId, rate_limit_per_minute: maxPerMinute, ...rest }: z.infer<typeof WebhookPatch>) {
  return { ...rest, ...(formId === undefined ? {} : { formId }), ...(maxPerMinute === undefined ? {} : { maxPerMinute }) };
}

export const AttemptView = z
  .object({
    id: z.string(),
    delivery_id: z.string(),
    webhook_id: z.string(),
    event_type: z.string(),
    attempt: z.number().int(),
    at: z.iso.datetime(),
    duration_ms: z.number().int(),
    outcome: z
      .enum(["delivered", "failed", "refused"])
      .openapi({ description: "Refused: not sent, because the address may not be sent to." }),
    status: z.number().int().nullable(),
    error: z.string().nullable(),
    response: z.string().nullable().openapi({ description: "The first 1,000 characters of what came back." }),
  })
  .openapi("WebhookAttempt");

export function toAttemptView(row: AttemptRow): z.infer<typeof AttemptView> {
  return {
    id: `${row.deliveryId}.${row.attempt}`,
    delivery_id: row.deliveryId,
    webhook_id: row.webhookId,
    event_type: row.eventType,
    attempt: row.attempt,
    at: isoTime(row.at),
    duration_ms: row.durationMs,
    outcome: row.outcome,
    status: row.status,
    error: row.error,
    response: row.response,
  };
}

export const DeliveryView = z
  .object({
    id: z.string(),
    webhook_id: z.string(),
    url: z.string().optional(),
    event_id: z.string(),
    event_type: z.string(),
    occurred_at: z.iso.datetime(),
    form_id: z.string().nullable(),
    form_seq: z.number().int().nullable(),
    response_id: z.string().nullable(),
    status: z.enum(["pending", "delivered", "dead", "cancelled"]),
    attempts: z.number().int(),
    last_status: z.number().int().nullable(),
    last_error: z.string().nullable(),
    duration_ms: z.number().int().nullable(),
    next_attempt_at: z.iso.datetime().nullable(),
    finished_at: z.iso.datetime().nullable(),
  })
  .openapi("Delivery");

export function toDeliveryView(row: DeliveryRow | Delivery): z.infer<typeof DeliveryView> {
  return {
    id: row.id,
    webhook_id: row.webhookId,
    ...("url" in row ? { url: row.url } : {}),
    event_id: row.eventId,
    event_type: row.eventType,
    occurred_at: isoTime(row.occurredAt),
    form_id: row.formId === "" ? null : row.formId,
    form_seq: row.seq === 0 ? null : row.seq,
    response_id: row.responseId,
    status: row.status,
    attempts: row.attempts,
    last_status: row.lastStatus,
    last_error: row.lastError,
    duration_ms: row.durationMs,
    next_attempt_at: row.status === "pending" ? isoTime(row.dueAt) : null,
    finished_at: isoTime(row.finishedAt),
  };
}

export const RetriedView = z
  .object({ retried: z.number().int(), more: z.boolean().openapi({ description: "Ask again for the rest." }) })
  .openapi("Retried");
export { EventName, Json, JsonObject };
