import { z } from "@hono/zod-openapi";
import { GRANULARITIES, getTimeseries } from "../../analytics";
import { MAX_LIMIT } from "../../shared/lists";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { isoTime } from "../wire";
import { AnalysedFormParam, Timezone } from "./shapes";

const Timeseries = z
  .object({
    granularity: z.enum(GRANULARITIES),
    timezone: z.string(),
    points: z.array(z.object({ timestamp: z.iso.datetime(), count: z.number().int() })),
    total: z.number().int().openapi({ description: "Of the whole range, whatever the page." }),
    next_cursor: z.string().nullable(),
  })
  .openapi("Timeseries");

const route = defineRoute({
  method: "get",
  path: "/api/v2/analytics/forms/{id}/timeseries",
  access: "read",
  tags: ["Analytics"],
  summary: "Count responses over time",
  description:
    "Complete responses by the hour (up to 90 days), the day (up to 5 years) or the month. A point is called by the instant at " +
    "which its hour, day or month begins in the time zone; days on which clocks change have 23 or 25 hours.",
  request: {
    params: AnalysedFormParam,
    query: z.object({
      granularity: z.enum(GRANULARITIES).default("day"),
      start_date: z.iso.date().optional().openapi({ description: "Without it: 90 days up to `end_date`.", example: "2026-01-01" }),
      end_date: z.iso.date().optional().openapi({ description: "Included. Without it: today.", example: "2026-01-31" }),
      timezone: Timezone,
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(MAX_LIMIT)
        .default(MAX_LIMIT)
        .openapi({ type: "integer", minimum: 1, maximum: MAX_LIMIT, default: MAX_LIMIT }),
      cursor: z.string().max(200).optional().openapi({ description: "`next_cursor` of the page before, unchanged." }),
    }),
  },
  responses: { 200: json(Timeseries, "The points, without gaps") },
});

export const timeseries = newApp().openapi(route, async (c) => {
  const { granularity, start_date, end_date, timezone, limit, cursor } = c.req.valid("query");
  const series = await getTimeseries(c.get("ctx"), {
    formId: c.req.valid("param").id,
    granularity,
    startDate: start_date,
    endDate: end_date,
    timezone,
    limit,
    cursor,
  });
  c.header("Cache-Control", "private, no-store");
  const points = series.points.map(({ timestamp, count }) => ({ timestamp: isoTime(timestamp), count }));
  return c.json({ granularity, timezone, points, total: series.total, next_cursor: series.nextCursor }, 200);
});
