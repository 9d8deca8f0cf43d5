import { z } from "@hono/zod-openapi";
import { readMetrics } from "../../operations";
import { METRICS_CONTENT_TYPE } from "../../shared/metrics-text";
import { defineRoute } from "../define-route";
import { newApp } from "../new-app";

const route = defineRoute({
  method: "get",
  path: "/metrics",
  access: "metrics",
  openLocally: true,
  tags: ["Operations"],
  summary: "The service's own numbers, for Prometheus",
  description: "Needs an API key of scope `metrics`; none on localhost in development.",
  responses: { 200: { description: "Text exposition format 0.0.4", content: { "text/plain": { schema: z.string() } } } },
});

export const getMetrics = newApp().openapi(route, async (c) => {
  const text = await readMetrics(c.get("ctx"));
  return c.body(text, 200, { "Content-Type": METRICS_CONTENT_TYPE, "Cache-Control": "no-store" }) as never;
});
