import { z } from "@hono/zod-openapi";
import { getDeadLetter, listDeadLetters, retryDeadLetter, retryDeadLetters } from "../../webhooks";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { IdParam, ListQuery, listOf } from "../wire";
import { AttemptView, DeliveryView, JsonObject, RetriedView, toAttemptView, toDeliveryView } from "./shapes";

const tags = ["Webhooks"];
const path = "/api/v2/webhooks/dead-letters" as const;
const Time = z.iso.datetime({ offset: true });
const MAX_IDS = 1_000;

const listRoute = defineRoute({
  tags,
  method: "get",
  path,
  access: "read",
  summary: "List dead letters, newest first",
  request: { query: ListQuery.extend({ webhook_id: z.string().max(64).optional(), since: Time.optional(), until: Time.optional() }) },
  responses: { 200: json(listOf("dead_letters", DeliveryView), "A page of deliveries that failed for good") },
});
const getRoute = defineRoute({
  tags,
  method: "get",
  path: `${path}/{id}`,
  access: "read",
  summary: "Look into a dead letter",
  request: { params: IdParam },
  responses: {
    200: json(
      DeliveryView.extend({ tried: z.array(AttemptView), payload: JsonObject.nullable() }).openapi("DeadLetter"),
      "What was to be told, and each attempt at it",
    ),
  },
});
const retryRoute = defineRoute({
  tags,
  method: "post",
  path: `${path}/{id}/retry`,
  access: "write",
  summary: "Send a dead letter again",
  request: { params: IdParam },
  responses: { 202: json(DeliveryView, "The delivery, on its way with a fresh schedule") },
});
const retryManyRoute = defineRoute({
  tags,
  method: "post",
  path: `${path}/retry`,
  access: "write",
  summary: "Send dead letters again: by id, of one webhook, or of a span of time",
  request: {
    body: jsonBody(
      z
        .object({
          ids: z.array(z.string().min(1).max(64)).min(1).max(MAX_IDS).optional(),
          webhook_id: z.string().min(1).max(64).optional(),
          since: Time.optional(),
          until: Time.optional(),
        })
        .strict()
        .refine((body) => Object.values(body).some((value) => value !== undefined), {
          message: "Say which: ids, webhook_id, or since and until.",
        }),
      { since: "2026-01-31T09:00:00Z", until: "2026-01-31T10:00:00Z" },
    ),
  },
  responses: { 202: json(RetriedView, "How many are on their way again") },
});

export const deadLetters = newApp()
  .openapi(listRoute, async (c) => {
    const { webhook_id: webhookId, since, until, ...page } = c.req.valid("query");
    const { items, nextCursor } = await listDeadLetters(c.get("ctx"), { ...page, webhookId, ...span({ since, until }) });
    return c.json({ dead_letters: items.map(toDeliveryView), next_cursor: nextCursor }, 200);
  })
  .openapi(retryManyRoute, async (c) => {
    const { ids, webhook_id: webhookId, since, until } = c.req.valid("json");
    return c.json(await retryDeadLetters(c.get("ctx"), { ids, webhookId, ...span({ since, until }) }), 202);
  })
  .openapi(getRoute, async (c) => {
    const { tried, body, ...row } = await getDeadLetter(c.get("ctx"), c.req.valid("param").id);
    return c.json({ ...toDeliveryView(row), tried: tried.map(toAttemptView), payload: body === null ? null : { ...body } }, 200);
  })
  .openapi(retryRoute, async (c) => c.json(toDeliveryView(await retryDeadLetter(c.get("ctx"), c.req.valid("param").id)), 202));

const parsed = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));
const span = ({ since, until }: { since?: string; until?: string }) => ({ since: parsed(since), until: parsed(until) });
