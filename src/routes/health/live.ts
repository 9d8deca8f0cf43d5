import { z } from "@hono/zod-openapi";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";

const route = defineRoute({
  method: "get",
  path: "/health/live",
  access: "public",
  tags: ["Operations"],
  summary: "Is the Worker running?",
  responses: { 200: json(z.object({ status: z.literal("ok"), version: z.string() }), "It is") },
});

export const live = newApp().openapi(route, (c) => c.json({ status: "ok" as const, version: c.env.VERSION.id }, 200));
