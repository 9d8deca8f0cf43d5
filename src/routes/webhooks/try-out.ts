import { z } from "@hono/zod-openapi";
import { previewTemplate, testWebhook } from "../../webhooks";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { IdParam } from "../wire";
import { EventName, Json, JsonObject } from "./shapes";

const tags = ["Webhooks"];

const testRoute = defineRoute({
  tags,
  method: "post",
  path: "/api/v2/webhooks/{id}/test",
  access: "write",
  summary: "Send a made-up event, once, now",
  description: "The body carries `test: true`. It is not retried, and counts for nothing.",
  request: { params: IdParam, query: z.object({ event: EventName.optional() }) },
  responses: {
    200: json(
      z
        .object({
          delivered: z.boolean(),
          delivery_id: z.string(),
          event_type: EventName,
          status: z.number().int().nullable(),
          duration_ms: z.number().int(),
          error: z.string().nullable(),
          response: z.string().nullable(),
          request_body: z.string(),
        })
        .openapi("WebhookTest"),
      "What came of it",
    ),
  },
});

const previewRoute = defineRoute({
  tags,
  method: "post",
  path: "/api/v2/webhooks/preview",
  access: "read",
  summary: "See what a template makes of a response",
  description: "Of a real one (`response_id`; with `form_id` also in the moment it was submitted), of `sample` answers, or of ours.",
  request: {
    body: jsonBody(
      z
        .object({
          template: Json.nullable().default(null),
          response_id: z.string().min(1).max(64).optional(),
          form_id: z.string().min(1).max(64).optional(),
          sample: JsonObject.optional(),
        })
        .strict(),
      { template: { text: "{{data.email}}" }, sample: { email: "ada@example.com" } },
    ),
  },
  responses: { 200: json(Json, "The payload as it would be sent") },
});

export const tryOut = newApp()
  .openapi(previewRoute, async (c) => {
    const { response_id: responseId, form_id: formId, ...input } = c.req.valid("json");
    // The payload is whatever the template says, so its type says nothing.
    return c.json((await previewTemplate(c.get("ctx"), { ...input, responseId, formId })) as object, 200);
  })
  .openapi(testRoute, async (c) => {
    const tried = await testWebhook(c.get("ctx"), c.req.valid("param").id, c.req.valid("query").event);
    return c.json(
      {
        delivered: tried.delivered,
        delivery_id: tried.deliveryId,
        event_type: tried.eventType,
        status: tried.status,
        duration_ms: tried.durationMs,
        error: tried.error,
        response: tried.response,
        request_body: tried.body,
      },
      200,
    );
  });
