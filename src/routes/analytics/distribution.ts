import { z } from "@hono/zod-openapi";
import { getDistribution } from "../../analytics";
import { FIELD_TYPES } from "../../forms";
import { AsOfQuery, asOfInput } from "../as-of";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { AnalysedFormParam } from "./shapes";

const Value = z.object({
  value: z.union([z.string(), z.number(), z.boolean()]),
  label: z.string(),
  count: z.number().int(),
  share: z.number().openapi({ description: "Of those who answered; a multiple choice adds up to more than 1." }),
});

const Distribution = z
  .object({
    field: z.string(),
    type: z.enum(FIELD_TYPES),
    answered: z.number().int(),
    values: z.array(Value).optional(),
    mean: z.number().nullable().optional(),
    median: z.number().nullable().optional(),
    min: z.number().nullable().optional(),
    max: z.number().nullable().optional(),
    quartiles: z.array(z.number()).optional().openapi({ description: "The lower, the middle and the upper one; empty without answers." }),
    histogram: z.array(z.object({ from: z.number(), to: z.number(), count: z.number().int() })).optional(),
    nps: z
      .object({ score: z.number().nullable(), promoters: z.number().int(), passives: z.number().int(), detractors: z.number().int() })
      .optional(),
    rows: z
      .array(z.object({ row: z.string(), label: z.string(), answered: z.number().int(), values: z.array(Value) }))
      .optional()
      .openapi({ description: "Of a matrix." }),
    average_ranks: z.array(z.object({ value: z.string(), average_rank: z.number() })).optional(),
    words: z
      .array(z.object({ word: z.string(), count: z.number().int() }))
      .optional()
      .openapi({ description: "The most frequent ones of a text." }),
  })
  .openapi("Distribution");

const route = defineRoute({
  method: "get",
  path: "/api/v2/analytics/forms/{id}/fields/{name}/distribution",
  access: "read",
  tags: ["Analytics"],
  summary: "See how the answers to a field are spread",
  description: "Over complete responses that are not deleted. A field within a group is named with a dot: `home.rooms`.",
  request: {
    params: AnalysedFormParam.extend({ name: z.string().min(1).max(400).openapi({ example: "score" }) }),
    query: AsOfQuery,
  },
  responses: { 200: json(Distribution, "The distribution") },
  alsoFails: { 503: "The store is not keeping up, and an earlier moment cannot be read yet" },
});

const NUMERIC: ReadonlySet<string> = new Set(["number", "slider", "currency", "calculated", "rating", "nps"]);
const NO_NUMBERS = { mean: null, median: null, min: null, max: null, quartiles: [], histogram: [] };

export const distribution = newApp().openapi(route, async (c) => {
  const { id, name } = c.req.valid("param");
  const { value, current } = await getDistribution(c.get("ctx"), { formId: id, field: name, ...asOfInput(c.req.valid("query")) });
  if (!current) c.header("X-Stale", "true");
  c.header("Cache-Control", "private, no-store");
  const { averageRanks, ...rest } = value;
  return c.json(
    {
      ...(NUMERIC.has(value.type) ? { values: [], ...NO_NUMBERS } : {}),
      ...rest,
      ...(averageRanks === undefined
        ? {}
        : { average_ranks: averageRanks.map(({ value: option, averageRank }) => ({ value: option, average_rank: averageRank })) }),
    },
    200,
  );
});
