import { z } from "@hono/zod-openapi";
import { getWebhookMetrics, listAttempts, listResponseDeliveries, type ReplayChoice, replayEvents } from "../../webhooks";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { IdParam, ListQuery, listOf } from "../wire";
import { AttemptView, DeliveryView, toAttemptView, toDeliveryView } from "./shapes";

const tags = ["Webhooks"];
const one = "/api/v2/webhooks/{id}" as const;
const MAX_DAYS = 90;

const attemptsRoute = defineRoute({
  tags,
  method: "get",
  path: `${one}/attempts`,
  access: "read",
  summary: "List what was tried, newest first",
  request: { params: IdParam, query: ListQuery },
  responses: { 200: json(listOf("attempts", AttemptView), "A page of attempts") },
});

const MetricsView = z
  .object({
    delivered: z.number().int(),
    failed: z.number().int(),
    pending: z.number().int(),
    dead: z.number().int(),
    success_rate: z.number().nullable().openapi({ description: "Of attempts, 0–1; null while there was none." }),
    p50_ms: z.number().nullable(),
    p95_ms: z.number().nullable(),
    by_day: z.array(z.object({ date: z.string(), delivered: z.number().int(), failed: z.number().int(), dead: z.number().int() })),
  })
  .openapi("WebhookMetrics");

const metricsRoute = defineRoute({
  tags,
  method: "get",
  path: `${one}/metrics`,
  access: "read",
  summary: "How a webhook does",
  description: "Attempts by day (UTC), what waits and what is dead now, and how long the newest thousand attempts took.",
  request: {
    params: IdParam,
    query: z.object({
      days: z.coerce
        .number()
        .int()
        .min(1)
        .max(MAX_DAYS)
        .default(30)
        .openapi({ type: "integer", minimum: 1, maximum: MAX_DAYS, default: 30 }),
    }),
  },
  responses: { 200: json(MetricsView, "Its numbers") },
});

const Seq = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const FormId = z.string().min(1).max(64);
const ReplayBody = z
  .object({
    form_id: FormId.optional(),
    response_id: z.string().min(1).max(64).optional(),
    shard: z.number().int().min(0).max(63).optional(),
    from_seq: Seq.optional(),
    to_seq: Seq.optional(),
    since: z.iso.datetime({ offset: true }).optional(),
    until: z.iso.datetime({ offset: true }).optional(),
    event_ids: z.array(z.string().min(1).max(64)).min(1).max(90).optional(),
  })
  .strict()
  .refine((body) => choiceOf(body) !== null, {
    message: "Say which: form_id with from_seq (and to_seq), form_id with response_id, since (and until), or event_ids.",
  })
  .openapi("ReplayInput", { example: { since: "2026-01-31T09:00:00Z", until: "2026-01-31T10:00:00Z" } });

interface RawChoice {
  form_id?: string;
  response_id?: string;
  shard?: number;
  from_seq?: number;
  to_seq?: number;
  since?: string;
  until?: string;
  event_ids?: string[];
}

function choiceOf(body: RawChoice): ReplayChoice | null {
  const { form_id: formId, response_id: responseId, from_seq: fromSeq, to_seq: toSeq, since, event_ids: eventIds } = body;
  if (eventIds !== undefined) return { eventIds };
  if (formId !== undefined && responseId !== undefined) return { formId, responseId };
  if (formId !== undefined && fromSeq !== undefined)
    return { formId, shard: body.shard ?? 0, fromSeq, toSeq: toSeq ?? Number.MAX_SAFE_INTEGER };
  if (since !== undefined)
    return { since: Date.parse(since), until: body.until === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(body.until) };
  return null;
}

const replayRoute = defineRoute({
  tags,
  method: "post",
  path: `${one}/replay`,
  access: "write",
  summary: "Send past events again",
  description:
    "A stretch of a form's chain, all that happened to one response, what this webhook was to hear within a time, or events by id. Each keeps the id it had.",
  request: { params: IdParam, body: jsonBody(ReplayBody) },
  responses: {
    202: json(
      z.object({ replayed: z.number().int(), next_seq: z.number().int().nullable(), more: z.boolean() }).openapi("Replayed"),
      "On their way; `more`: ask again from where it ended",
    ),
  },
});

const proofRoute = defineRoute({
  tags: ["Responses"],
  method: "get",
  path: "/api/v1/forms/{id}/responses/{rid}/deliveries",
  access: "read",
  summary: "What became of a response's deliveries",
  description: "Each webhook's outcome for everything that happened to it.",
  request: { params: IdParam.extend({ rid: z.string().min(1).max(64) }), query: ListQuery },
  responses: { 200: json(listOf("deliveries", DeliveryView), "A page of deliveries") },
});

export const records = newApp()
  .openapi(attemptsRoute, async (c) => {
    const { items, nextCursor } = await listAttempts(c.get("ctx"), { webhookId: c.req.valid("param").id, ...c.req.valid("query") });
    return c.json({ attempts: items.map(toAttemptView), next_cursor: nextCursor }, 200);
  })
  .openapi(metricsRoute, async (c) => {
    const { successRate, p50Ms, p95Ms, byDay, ...rest } = await getWebhookMetrics(
      c.get("ctx"),
      c.req.valid("param").id,
      c.req.valid("query").days,
    );
    return c.json({ ...rest, success_rate: successRate, p50_ms: p50Ms, p95_ms: p95Ms, by_day: byDay }, 200);
  })
  .openapi(replayRoute, async (c) => {
    const choice = choiceOf(c.req.valid("json"));
    if (choice === null) throw new Error("Impossible: the body was checked");
    const { replayed, nextSeq, more } = await replayEvents(c.get("ctx"), c.req.valid("param").id, choice);
    return c.json({ replayed, next_seq: nextSeq, more }, 202);
  })
  .openapi(proofRoute, async (c) => {
    const { id: formId, rid: responseId } = c.req.valid("param");
    const { items, nextCursor } = await listResponseDeliveries(c.get("ctx"), { formId, responseId, ...c.req.valid("query") });
    return c.json({ deliveries: items.map(toDeliveryView), next_cursor: nextCursor }, 200);
  });
