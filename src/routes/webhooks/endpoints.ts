import { z } from "@hono/zod-openapi";
import { createWebhook, deleteWebhook, getWebhook, listWebhooks, resumeWebhook, rotateSecret, updateWebhook } from "../../webhooks";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { IdParam, ListQuery, listOf } from "../wire";
import { NewWebhookView, toWebhookChange, toWebhookInput, toWebhookView, WebhookBody, WebhookPatch, WebhookView } from "./shapes";

const tags = ["Webhooks"];
const path = "/api/v2/webhooks" as const;
const one = `${path}/{id}` as const;

const createRoute = defineRoute({
  tags,
  method: "post",
  path,
  access: "write",
  summary: "Make a webhook",
  description: "Its secret is made here and shown this once.",
  request: { body: jsonBody(WebhookBody) },
  responses: { 201: json(NewWebhookView, "The webhook with its secret") },
});
const listRoute = defineRoute({
  tags,
  method: "get",
  path,
  access: "read",
  summary: "List webhooks, oldest first",
  request: { query: ListQuery.extend({ form_id: z.string().max(64).optional() }) },
  responses: { 200: json(listOf("webhooks", WebhookView), "A page of webhooks") },
});
const getRoute = defineRoute({
  tags,
  method: "get",
  path: one,
  access: "read",
  summary: "Read a webhook",
  request: { params: IdParam },
  responses: { 200: json(WebhookView, "The webhook") },
});
const updateRoute = defineRoute({
  tags,
  method: "patch",
  path: one,
  access: "write",
  summary: "Change, pause or resume a webhook",
  request: { params: IdParam, body: jsonBody(WebhookPatch) },
  responses: { 200: json(WebhookView, "The webhook") },
});
const deleteRoute = defineRoute({
  tags,
  method: "delete",
  path: one,
  access: "delete",
  summary: "Delete a webhook",
  description: "What is still due is called off; what was delivered stays on record.",
  request: { params: IdParam },
  responses: { 204: { description: "Deleted" } },
});
const rotateRoute = defineRoute({
  tags,
  method: "post",
  path: `${one}/rotate-secret`,
  access: "write",
  summary: "Make a new secret",
  description: "For 24 hours deliveries are signed with both.",
  request: { params: IdParam },
  responses: { 200: json(NewWebhookView, "The webhook with its new secret, shown this once") },
});
const resumeRoute = defineRoute({
  tags,
  method: "post",
  path: `${one}/resume`,
  access: "write",
  summary: "Resume a paused or disabled webhook",
  description: "What has waited goes out. Its circuit is closed, whatever was learned of it before.",
  request: { params: IdParam },
  responses: { 200: json(WebhookView, "The webhook") },
});

export const endpoints = newApp()
  .openapi(createRoute, async (c) => {
    const ctx = c.get("ctx");
    const { newSecret: secret, ...row } = await createWebhook(ctx, toWebhookInput(c.req.valid("json")));
    c.header("Cache-Control", "no-store");
    return c.json({ ...toWebhookView(row, ctx.now()), secret }, 201);
  })
  .openapi(listRoute, async (c) => {
    const ctx = c.get("ctx");
    const { form_id: formId, ...page } = c.req.valid("query");
    const { items, nextCursor } = await listWebhooks(ctx, { ...page, formId });
    return c.json({ webhooks: items.map((row) => toWebhookView(row, ctx.now())), next_cursor: nextCursor }, 200);
  })
  .openapi(getRoute, async (c) => {
    const ctx = c.get("ctx");
    return c.json(toWebhookView(await getWebhook(ctx, c.req.valid("param").id), ctx.now()), 200);
  })
  .openapi(updateRoute, async (c) => {
    const ctx = c.get("ctx");
    const row = await updateWebhook(ctx, c.req.valid("param").id, toWebhookChange(c.req.valid("json")));
    return c.json(toWebhookView(row, ctx.now()), 200);
  })
  .openapi(deleteRoute, async (c) => {
    await deleteWebhook(c.get("ctx"), c.req.valid("param").id);
    return c.body(null, 204);
  })
  .openapi(rotateRoute, async (c) => {
    const ctx = c.get("ctx");
    const { newSecret: secret, ...row } = await rotateSecret(ctx, c.req.valid("param").id);
    c.header("Cache-Control", "no-store");
    return c.json({ ...toWebhookView(row, ctx.now()), secret }, 200);
  })
  .openapi(resumeRoute, async (c) => {
    const ctx = c.get("ctx");
    return c.json(toWebhookView(await resumeWebhook(ctx, c.req.valid("param").id), ctx.now()), 200);
  });
