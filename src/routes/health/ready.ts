import { z } from "@hono/zod-openapi";
import { checkReadiness } from "../../operations";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";

const Check = z
  .object({ status: z.enum(["ok", "degraded", "failed", "skipped"]), latency_ms: z.number(), detail: z.string().optional() })
  .openapi("ReadinessCheck");

const ReadinessSchema = z
  .object({
    status: z.enum(["ok", "degraded", "unavailable"]),
    checks: z.object({
      d1: Check.optional(),
      kv: Check.optional(),
      r2: Check.optional(),
      queue: Check.optional(),
      ledger: Check.optional(),
      browser: Check.optional(),
      postgres: Check.optional(),
    }),
  })
  .openapi("Readiness");

const route = defineRoute({
  method: "get",
  path: "/health/ready",
  access: "public",
  tags: ["Operations"],
  summary: "Can the service serve? Every binding is asked.",
  description:
    "`degraded`: everything but PDF works, or some forms are accepted and not yet readable. What was found is told again for a second.",
  responses: {
    200: json(ReadinessSchema, "It can"),
    503: json(ReadinessSchema, "It cannot; `checks` says what fails"),
  },
});

export const ready = newApp().openapi(route, async (c) => {
  const readiness = await checkReadiness(c.get("ctx"));
  return c.json(readiness, readiness.status === "unavailable" ? 503 : 200, { "Cache-Control": "no-store" });
});
