import { z } from "@hono/zod-openapi";
import { listForecastModels, MODEL_KINDS, type ModelVersion, predictNextWeek } from "../../analytics";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { isoTime } from "../wire";

const Model = z
  .object({
    kind: z.enum(MODEL_KINDS).openapi({ description: "The way that was least off in the back-test; `average` under 30 days of data." }),
    beside: z.enum(MODEL_KINDS).nullable().openapi({
      description: "The next best where it was nearly as good: the forecast is then the mean of both. Null: `kind` alone.",
    }),
    version: z.number().int(),
    trained_at: z.iso.datetime(),
    trained_on: z.object({ from: z.iso.date(), to: z.iso.date(), days: z.number().int() }),
    timezone: z.string(),
    r2: z.number().nullable().openapi({ description: "Of the fit to the last 90 days; null for an average, which explains nothing." }),
    mae: z.number().openapi({ description: "Of the same fit, in responses a day." }),
    rmse: z.number(),
    backtest_error: z.number().nullable().openapi({
      description:
        "How far forecasts of a week's total were off, as a share of what came, each made knowing nothing later. Null for an average.",
    }),
  })
  .openapi("ForecastModel");

const NextWeek = z
  .object({
    form_id: z.string().nullable().openapi({ description: "Null: all forms of the workspace together." }),
    predicted_submissions: z.number().int(),
    confidence_interval: z.object({ lower: z.number().int(), upper: z.number().int() }).openapi({ description: "95 %." }),
    based_on_data: z.literal("last_90_days"),
    timezone: z.string(),
    daily: z.array(z.object({ date: z.iso.date(), predicted: z.number(), lower: z.number().int(), upper: z.number().int() })),
    model: Model,
  })
  .openapi("NextWeek");

const query = z.object({
  form_id: z.string().min(1).max(64).optional().openapi({ description: "Without it: the whole workspace." }),
});

const predictRoute = defineRoute({
  method: "get",
  path: "/api/v2/analytics/predict/next-week",
  access: "read",
  tags: ["Analytics"],
  summary: "Forecast next week's responses",
  description:
    "The seven days that begin tomorrow, each with a 95 % interval, and their total. Days are those of the form's own time zone, UTC when " +
    "it names none and for the whole workspace. Models are trained every Sunday at 02:00 UTC, or when first asked for; their level is yesterday's.",
  request: { query },
  responses: { 200: json(NextWeek, "The forecast") },
});

const modelsRoute = defineRoute({
  method: "get",
  path: "/api/v2/analytics/predict/models",
  access: "read",
  tags: ["Analytics"],
  summary: "List the trained models, newest first",
  request: { query },
  responses: { 200: json(z.object({ models: z.array(Model) }), "At most 26 versions: half a year") },
});

export const predictNextWeekRoute = newApp()
  .openapi(predictRoute, async (c) => {
    const { formId, timezone, total, days, model } = await predictNextWeek(c.get("ctx"), c.req.valid("query").form_id ?? null);
    const { predicted, ...interval } = whole(total);
    c.header("Cache-Control", "private, no-store");
    return c.json(
      {
        form_id: formId,
        predicted_submissions: Math.round(predicted),
        confidence_interval: interval,
        based_on_data: "last_90_days" as const,
        timezone,
        daily: days.map(({ date, ...day }) => ({ date, ...whole(day), predicted: round(day.predicted, 1) })),
        model: toModelView(model),
      },
      200,
    );
  })
  .openapi(modelsRoute, async (c) => {
    const models = await listForecastModels(c.get("ctx"), c.req.valid("query").form_id ?? null);
    c.header("Cache-Control", "private, no-store");
    return c.json({ models: models.map(toModelView) }, 200);
  });

/** Nobody comes by halves: the whole numbers within the interval, and what is predicted among them. */
function whole({ predicted, lower, upper }: { predicted: number; lower: number; upper: number }) {
  const nearest = Math.round(predicted);
  return { predicted, lower: Math.min(nearest, Math.ceil(lower)), upper: Math.max(nearest, Math.floor(upper)) };
}

function toModelView(model: ModelVersion) {
  const { kind, beside, version, trainedAt, fromDate: from, toDate: to, days, timezone, r2, mae, rmse, backtestError } = model;
  return {
    kind,
    beside,
    version,
    trained_at: isoTime(trainedAt),
    trained_on: { from, to, days },
    timezone,
    r2: r2 === null ? null : round(r2, 4),
    mae: round(mae, 3),
    rmse: round(rmse, 3),
    backtest_error: backtestError === null ? null : round(backtestError, 4),
  };
}

function round(value: number, places: number): number {
  const by = 10 ** places;
  return Math.round(value * by) / by;
}
