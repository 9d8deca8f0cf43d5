import { z } from "@hono/zod-openapi";
import { AGGREGATES, type Answer, askForm, BUCKETS, viewOf } from "../../analytics";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { AnalysedFormParam } from "./shapes";

const FIELD = {
  type: "string",
  description: "`data.<name>` or the bare name, `submitted_at`, `status`, `form_version`, `meta.country`, …",
} as const;

/** Checked by the query language's own parser, which says where, why and what would do; here it is only described. */
const QueryBody = z.unknown().openapi("Query", {
  type: "object",
  required: ["aggregate"],
  additionalProperties: false,
  properties: {
    aggregate: { type: "string", enum: [...AGGREGATES] },
    field: { ...FIELD, description: `${FIELD.description} All aggregates but \`count\` need one.` },
    group_by: {
      description: "A field, a list of at most 3, or `submitted_at` by the hour, day, week or month.",
      oneOf: [
        FIELD,
        {
          type: "object",
          required: ["field"],
          properties: { field: FIELD, by: { type: "string", enum: [...BUCKETS] }, timezone: { type: "string", default: "UTC" } },
        },
        { type: "array", maxItems: 3, items: {} },
      ],
    },
    filter: {
      type: "object",
      description: "Fields and operators; at most 5 levels, 50 conditions, 1,000 values in a list.",
      additionalProperties: true,
    },
    sort: {
      type: "object",
      properties: { field: { type: "string", description: "`value` or one of the groups." }, desc: { type: "boolean", default: false } },
    },
    limit: { type: "integer", minimum: 1, maximum: 1000, default: 1000 },
  },
});

export const AnswerMeta = z.object({
  plan: z.enum(["live", "rollup", "columns", "scan"]).openapi({
    description: "Counters in memory, counters by day, compressed columns, or the responses themselves.",
  }),
  cached: z.boolean(),
  elapsed_ms: z.number(),
  scanned_rows: z.number().int().openapi({ description: "Responses, or rows of counters, that were read when it was worked out." }),
  query_hash: z.string(),
});

const GroupValue = z.union([z.string(), z.number(), z.boolean()]);
const GivenValue = z.union([z.string(), z.number(), z.boolean()]).nullable();

export const AnswerRows = {
  data: z.unknown().openapi({
    description: "Without `group_by` the value; else an object from group to value, nested for several groups.",
    example: { IT: 450, HR: 320 },
  }),
  rows: z.array(z.object({ group: z.record(z.string(), GroupValue), value: GivenValue })),
};

const route = defineRoute({
  method: "post",
  path: "/api/v2/analytics/forms/{id}/query",
  access: "read",
  tags: ["Analytics"],
  summary: "Ask a question of a form's answers",
  description:
    "In the query language: an aggregate, what to group by, a filter. Current as of the reply; equal questions at the same state of " +
    "the form are answered from the cache. Deleted responses never count, partial ones only when the filter speaks of `status`.",
  request: {
    params: AnalysedFormParam,
    body: jsonBody(QueryBody, { aggregate: "count", group_by: "status", filter: { submitted_at: { $gte: "2026-01-01" } } }),
  },
  responses: { 200: json(z.object({ ...AnswerRows, meta: AnswerMeta }).openapi("Answer"), "The answer") },
});

export const query = newApp().openapi(route, async (c) => {
  const answer = await askForm(c.get("ctx"), { formId: c.req.valid("param").id, query: c.req.valid("json") });
  if (!answer.current) c.header("X-Stale", "true");
  c.header("Cache-Control", "private, no-store");
  return c.json({ ...viewOf(answer.query, answer.rows), meta: metaView(answer) }, 200);
});

export function metaView({ plan, cached, elapsedMs, scannedRows, queryHash }: Omit<Answer, "query" | "rows" | "current">) {
  return { plan, cached, elapsed_ms: elapsedMs, scanned_rows: scannedRows, query_hash: queryHash };
}
