import { z } from "@hono/zod-openapi";
import { compareSides } from "../../analytics";
import { FIELD_TYPES } from "../../forms";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { AnalysedFormParam } from "./shapes";

const SideBody = {
  type: "object",
  description: "A period, a version or a segment; several together narrow it.",
  properties: {
    label: { type: "string", maxLength: 80 },
    start_date: { type: "string", format: "date" },
    end_date: { type: "string", format: "date", description: "Included." },
    version: { type: "integer", minimum: 1 },
    filter: { type: "object", additionalProperties: true, description: "As in the query language." },
  },
} as const;

/** Checked by the verb, which says where, why and what would do; here it is only described. */
const Body = z.unknown().openapi("ComparisonRequest", {
  type: "object",
  required: ["a", "b"],
  properties: {
    a: SideBody,
    b: SideBody,
    fields: { type: "array", items: { type: "string" }, maxItems: 20, description: "Without it: the first 20 with choices or numbers." },
    timezone: { type: "string", default: "UTC" },
    alpha: { type: "number", default: 0.05 },
    correction: { type: "string", enum: ["holm", "benjamini_hochberg", "none"], default: "holm" },
  },
});

const Share = z.object({ yes: z.number().int(), of: z.number().int() });

const Judgement = z
  .object({
    test: z.enum(["fisher_exact", "chi_square_yates", "chi_square", "permutation", "mann_whitney", "mann_whitney_exact", "poisson_exact"]),
    p_value: z.number(),
    p_adjusted: z.number().openapi({ description: "After the correction for how many things were compared." }),
    significant: z.boolean(),
    effect: z.object({
      kind: z.enum(["share_difference", "cramers_v", "probability_of_superiority", "rate_ratio"]),
      value: z.number().nullable(),
      lower: z.number().nullable(),
      upper: z.number().nullable().openapi({ description: "95 % limits, where the kind has them." }),
    }),
    mean_difference: z.object({ value: z.number(), lower: z.number(), upper: z.number() }).nullable(),
    by_value: z.array(z.object({ value: z.string(), a: Share, b: Share, p_adjusted: z.number() })),
    sentence: z.string(),
  })
  .openapi("Judgement");

const Compared = z.object({
  label: z.string(),
  responses: z.number().int(),
  partials: z.number().int(),
  per_day: z.number().nullable(),
});

const Numbers = z.object({
  answered: z.number().int(),
  mean: z.number().nullable(),
  median: z.number().nullable(),
  standard_deviation: z.number().nullable(),
});
const Choices = z.object({
  answered: z.number().int(),
  values: z.array(z.object({ value: z.string(), count: z.number().int(), share: z.number() })),
});

const Comparison = z
  .object({
    a: Compared,
    b: Compared,
    rate: Judgement.nullable().openapi({ description: "Responses over time; only where both sides have a beginning and an end." }),
    completion: Judgement,
    fields: z.array(
      z.object({
        field: z.string(),
        type: z.enum(FIELD_TYPES),
        a: z.union([Numbers, Choices]),
        b: z.union([Numbers, Choices]),
        judgement: Judgement,
      }),
    ),
    alpha: z.number(),
    correction: z.enum(["holm", "benjamini_hochberg", "none"]),
    elapsed_ms: z.number(),
  })
  .openapi("Comparison");

const route = defineRoute({
  method: "post",
  path: "/api/v2/analytics/forms/{id}/compare",
  access: "read",
  tags: ["Analytics"],
  summary: "Compare two periods, versions or segments",
  description:
    "How many responses came, how many were sent to their end, and how each field was answered, with a significance test that suits " +
    "counts and small samples: Fisher's exact test or chi-square for choices, Mann and Whitney's for numbers, an exact rate test for " +
    "counts. P-values are corrected for how many things are compared.",
  request: {
    params: AnalysedFormParam,
    body: jsonBody(Body, {
      a: { start_date: "2026-01-01", end_date: "2026-01-31" },
      b: { start_date: "2026-02-01", end_date: "2026-02-28" },
    }),
  },
  responses: { 200: json(Comparison, "The comparison") },
});

export const compare = newApp().openapi(route, async (c) => {
  const found = await compareSides(c.get("ctx"), { formId: c.req.valid("param").id, comparison: c.req.valid("json") });
  if (!found.current) c.header("X-Stale", "true");
  c.header("Cache-Control", "private, no-store");
  return c.json(
    {
      a: sideView(found.a),
      b: sideView(found.b),
      rate: found.rate === null ? null : judgementView(found.rate),
      completion: judgementView(found.completion),
      fields: found.fields.map(({ field, type, a, b, judgement }) => ({
        field,
        type,
        a: answersView(a),
        b: answersView(b),
        judgement: judgementView(judgement),
      })),
      alpha: found.alpha,
      correction: found.correction,
      elapsed_ms: found.elapsedMs,
    },
    200,
  );
});

type Found = Awaited<ReturnType<typeof compareSides>>;

function sideView({ perDay, ...side }: Found["a"]) {
  return { ...side, per_day: perDay };
}

function answersView(side: Found["fields"][number]["a"]) {
  if ("values" in side) return side;
  const { deviation, ...rest } = side;
  return { ...rest, standard_deviation: deviation };
}

function judgementView({ test, p, pAdjusted, significant, effect, meanDifference, by, sentence }: Found["completion"]) {
  return {
    test,
    p_value: p,
    p_adjusted: pAdjusted,
    significant,
    effect,
    mean_difference: meanDifference,
    by_value: by.map(({ value, a, b, p: p_adjusted }) => ({ value, a, b, p_adjusted })),
    sentence,
  };
}
