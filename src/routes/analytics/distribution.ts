import { z } from "@hono/zod-openapi";
import { getDistribution, LANGUAGES } from "../../analytics";
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
    standard_deviation: z.number().nullable().optional(),
    quartiles: z.array(z.number()).optional().openapi({ description: "The lower, the middle and the upper one; empty without answers." }),
    histogram: z.array(z.object({ from: z.number(), to: z.number(), count: z.number().int() })).optional(),
    nps: z
      .object({
        score: z.number().nullable(),
        promoters: z.number().int(),
        passives: z.number().int(),
        detractors: z.number().int(),
        interval: z.object({ lower: z.number(), upper: z.number() }).nullable().openapi({ description: "95 % limits of the score." }),
      })
      .optional(),
    rows: z
      .array(
        z.object({
          row: z.string(),
          label: z.string(),
          answered: z.number().int(),
          values: z.array(Value),
          mean_step: z.number().nullable().openapi({ description: "Where on the options the answers lie, 1 for the first." }),
        }),
      )
      .optional()
      .openapi({ description: "Of a matrix." }),
    average_ranks: z
      .array(
        z.object({
          value: z.string(),
          average_rank: z.number(),
          places: z.array(z.number().int()).openapi({ description: "How often it had the first place, the second, …" }),
        }),
      )
      .optional(),
    words: z
      .array(z.object({ word: z.string(), count: z.number().int() }))
      .optional()
      .openapi({ description: "The most frequent ones of a text, without stop words." }),
    texts_read: z.number().int().optional(),
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
    query: AsOfQuery.extend({
      languages: z
        .string()
        .max(40)
        .regex(new RegExp(`^(none|(${LANGUAGES.join("|")})(,(${LANGUAGES.join("|")}))*)$`))
        .optional()
        .openapi({
          description: `Whose stop words are left out of the words of a text: ${LANGUAGES.join(", ")}, with commas between; \`none\`; without it, those that the texts are in.`,
          example: "en,de",
        }),
    }),
  },
  responses: { 200: json(Distribution, "The distribution") },
  alsoFails: { 503: "The store is not keeping up, and an earlier moment cannot be read yet" },
});

const NUMERIC: ReadonlySet<string> = new Set(["number", "slider", "currency", "calculated", "rating", "nps"]);
const NO_NUMBERS = { mean: null, median: null, min: null, max: null, standard_deviation: null, quartiles: [], histogram: [] };

export const distribution = newApp().openapi(route, async (c) => {
  const { id, name } = c.req.valid("param");
  const { languages: asked, ...asOf } = c.req.valid("query");
  const languages = asked === undefined ? undefined : LANGUAGES.filter((language) => asked.split(",").includes(language));
  const { value, current } = await getDistribution(c.get("ctx"), { formId: id, field: name, languages, ...asOfInput(asOf) });
  if (!current) c.header("X-Stale", "true");
  c.header("Cache-Control", "private, no-store");
  const { averageRanks, standardDeviation, textsRead, rows, ...rest } = value;
  return c.json(
    {
      ...(NUMERIC.has(value.type) && value.words === undefined ? { values: [], ...NO_NUMBERS } : {}),
      ...rest,
      ...(averageRanks === undefined
        ? {}
        : {
            average_ranks: averageRanks.map(({ value: option, averageRank, places }) => ({
              value: option,
              average_rank: averageRank,
              places,
            })),
          }),
      ...(standardDeviation === undefined ? {} : { standard_deviation: standardDeviation }),
      ...(textsRead === undefined ? {} : { texts_read: textsRead }),
      ...(rows === undefined ? {} : { rows: rows.map(({ meanStep, ...row }) => ({ ...row, mean_step: meanStep })) }),
    },
    200,
  );
});
