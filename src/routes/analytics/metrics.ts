import { z } from "@hono/zod-openapi";
import { getMetrics, metricsView } from "../../analytics";
import { AsOfQuery, asOfInput } from "../as-of";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { AnalysedFormParam, Timezone } from "./shapes";

const Metrics = z
  .object({
    form_id: z.string(),
    total_responses: z.number().int().openapi({ description: "Complete ones that are not deleted." }),
    today_submissions: z.number().int(),
    completion_rate: z.number().min(0).max(1).openapi({ description: "Completed of those who started." }),
    average_response_time: z.number().nullable().openapi({ description: "Seconds; null when none is known." }),
    views: z.number().int(),
    starts: z.number().int(),
    partials: z.number().int(),
    last_submitted_at: z.iso.datetime().nullable(),
    as_of: z.iso.datetime(),
    position: z.string().openapi({ description: "Opaque; pass it as `as_of_seq` to read the same again." }),
  })
  .openapi("FormMetrics");

const route = defineRoute({
  method: "get",
  path: "/api/v2/analytics/forms/{id}/metrics",
  access: "read",
  tags: ["Analytics"],
  summary: "Read a form's numbers",
  description: "From the counters that the submit itself has moved: right the moment it is answered.",
  request: { params: AnalysedFormParam, query: AsOfQuery.extend({ timezone: Timezone }) },
  responses: { 200: json(Metrics, "The numbers") },
  alsoFails: { 503: "The store is not keeping up, and an earlier moment cannot be read yet" },
});

export const metrics = newApp().openapi(route, async (c) => {
  const { timezone, ...asOf } = c.req.valid("query");
  const found = await getMetrics(c.get("ctx"), { formId: c.req.valid("param").id, timezone, ...asOfInput(asOf) });
  if (!found.current) c.header("X-Stale", "true");
  c.header("Cache-Control", "private, no-store");
  return c.json(metricsView(found.formId, found, found.asOf, found.position), 200);
});
