import { z } from "@hono/zod-openapi";
import {
  type Anomaly,
  createDetector,
  DETECTOR_KINDS,
  deleteDetector,
  getDetector,
  listAnomalies,
  listDetectors,
  type SavedDetector,
  SENSITIVITIES,
  tryDetector,
  updateDetector,
  WINDOW_HOURS,
} from "../../analytics";
import { plainText } from "../../shared/text";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { isoTime, ListQuery, listOf } from "../wire";
import { AnalysedFormParam, DayRangeQuery } from "./shapes";

const common = { tags: ["Analytics"] };
const base = "/api/v2/analytics/forms/{id}";

const CauseView = z.object({
  kind: z.enum([
    "version_published",
    "form_version",
    "referrer",
    "country",
    "device",
    "validation_errors",
    "quota_reached",
    "page_drop_off",
    "form_closed",
  ]),
  value: z.string().nullable().openapi({ description: "The version, site, country, device, field or page; empty for those without any." }),
  explains: z.number().min(0).max(1).openapi({ description: "How much of the change it accounts for." }),
  observed: z.number(),
  expected: z.number(),
});

const AnomalyView = z
  .object({
    kind: z.enum(DETECTOR_KINDS),
    detector_id: z.string().nullable().openapi({ description: "Null: one that every form has." }),
    date: z.iso.date(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    observed: z.number(),
    expected: z.number(),
    lower: z.number(),
    upper: z.number(),
    direction: z.enum(["up", "down"]),
    severity: z.enum(SENSITIVITIES),
    likely_causes: z.array(CauseView).openapi({ description: "The one that accounts for most of the change first." }),
  })
  .openapi("Anomaly");

const DetectorBody = z.strictObject({
  name: plainText(100).min(1),
  kind: z.enum(DETECTOR_KINDS),
  sensitivity: z.enum(SENSITIVITIES).default("medium"),
  window_hours: z
    .union(WINDOW_HOURS.map((hours) => z.literal(hours)))
    .default(24)
    .openapi({ description: "How long a time is judged as one. A silence and a level shift have their own." }),
  minimum: z.number().int().min(0).max(1_000_000).default(5).openapi({
    description: "Where fewer are expected in a window (begun, for a completion rate) it says nothing.",
  }),
  is_active: z.boolean().default(true),
});

const DetectorView = DetectorBody.extend({
  id: z.string(),
  form_id: z.string(),
  created_by: z.string(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
}).openapi("Detector");

const example = { name: "Nobody comes", kind: "silence", sensitivity: "high", minimum: 10 };
const DetectorParams = AnalysedFormParam.extend({ did: z.string().min(1).max(64) });

const anomaliesRoute = defineRoute({
  ...common,
  method: "get",
  path: `${base}/anomalies`,
  access: "read",
  summary: "See what was odd",
  description:
    "By the form's own weekly shape and its own time zone: drops, spikes, shifts of the level, silences, changes of the completion rate. " +
    "What comes before the first three weeks of answers is not judged. Judged by the form's detectors, or by those that every form has.",
  request: { params: AnalysedFormParam, query: DayRangeQuery },
  responses: { 200: json(z.object({ anomalies: z.array(AnomalyView) }), "What was odd, in order of time") },
});

const tryRoute = defineRoute({
  ...common,
  method: "post",
  path: `${base}/detectors/try`,
  access: "read",
  summary: "Try a detector over the past",
  description: "What it would have reported, had it been there. Nothing is kept.",
  request: {
    params: AnalysedFormParam,
    body: jsonBody(DetectorBody.omit({ name: true, is_active: true }).extend(DayRangeQuery.shape).openapi("DetectorTrial"), {
      kind: "drop",
      sensitivity: "high",
      window_hours: 24,
      minimum: 5,
    }),
  },
  responses: {
    200: json(
      z.object({
        start_date: z.iso.date(),
        end_date: z.iso.date(),
        judged_days: z.number().int(),
        reports_a_week: z.number(),
        anomalies: z.array(AnomalyView),
      }),
      "What it would have reported",
    ),
  },
});

const createRoute = defineRoute({
  ...common,
  method: "post",
  path: `${base}/detectors`,
  access: "write",
  summary: "Save a detector",
  description: "From the first one on, the form is judged by its own detectors alone.",
  request: { params: AnalysedFormParam, body: jsonBody(DetectorBody.openapi("DetectorInput"), example) },
  responses: { 201: json(DetectorView, "The detector") },
});
const listRoute = defineRoute({
  ...common,
  method: "get",
  path: `${base}/detectors`,
  access: "read",
  summary: "List a form's detectors",
  request: { params: AnalysedFormParam, query: ListQuery },
  responses: { 200: json(listOf("detectors", DetectorView), "A page of detectors") },
});
const getRoute = defineRoute({
  ...common,
  method: "get",
  path: `${base}/detectors/{did}`,
  access: "read",
  summary: "Read a detector",
  request: { params: DetectorParams },
  responses: { 200: json(DetectorView, "The detector") },
});
const updateRoute = defineRoute({
  ...common,
  method: "patch",
  path: `${base}/detectors/{did}`,
  access: "write",
  summary: "Change a detector",
  request: {
    params: DetectorParams,
    body: jsonBody(
      z
        .strictObject({
          name: DetectorBody.shape.name.optional(),
          sensitivity: z.enum(SENSITIVITIES).optional(),
          window_hours: z.union(WINDOW_HOURS.map((hours) => z.literal(hours))).optional(),
          minimum: z.number().int().min(0).max(1_000_000).optional(),
          is_active: z.boolean().optional(),
        })
        .openapi("DetectorChange"),
      { sensitivity: "low" },
    ),
  },
  responses: { 200: json(DetectorView, "The detector") },
});
const deleteRoute = defineRoute({
  ...common,
  method: "delete",
  path: `${base}/detectors/{did}`,
  access: "write",
  summary: "Delete a detector",
  request: { params: DetectorParams },
  responses: { 204: { description: "Deleted" } },
});

export const anomalies = newApp()
  .openapi(anomaliesRoute, async (c) => {
    const { start_date: startDate, end_date: endDate } = c.req.valid("query");
    const found = await listAnomalies(c.get("ctx"), c.req.valid("param").id, { startDate, endDate });
    c.header("Cache-Control", "private, no-store");
    return c.json({ anomalies: found.map(toAnomalyView) }, 200);
  })
  .openapi(tryRoute, async (c) => {
    const { start_date: startDate, end_date: endDate, window_hours: windowHours, ...detector } = c.req.valid("json");
    const trial = await tryDetector(c.get("ctx"), c.req.valid("param").id, { ...detector, windowHours }, { startDate, endDate });
    return c.json(
      {
        start_date: trial.startDate,
        end_date: trial.endDate,
        judged_days: trial.judgedDays,
        reports_a_week: trial.judgedDays === 0 ? 0 : round((7 * trial.anomalies.length) / trial.judgedDays, 3),
        anomalies: trial.anomalies.map(toAnomalyView),
      },
      200,
    );
  })
  .openapi(createRoute, async (c) => {
    const { window_hours: windowHours, is_active: isActive, ...rest } = c.req.valid("json");
    return c.json(toDetectorView(await createDetector(c.get("ctx"), c.req.valid("param").id, { ...rest, windowHours, isActive })), 201);
  })
  .openapi(listRoute, async (c) => {
    const { items, nextCursor } = await listDetectors(c.get("ctx"), c.req.valid("param").id, c.req.valid("query"));
    return c.json({ detectors: items.map(toDetectorView), next_cursor: nextCursor }, 200);
  })
  .openapi(getRoute, async (c) => {
    const { id, did } = c.req.valid("param");
    return c.json(toDetectorView(await getDetector(c.get("ctx"), id, did)), 200);
  })
  .openapi(updateRoute, async (c) => {
    const { id, did } = c.req.valid("param");
    const { window_hours: windowHours, is_active: isActive, ...rest } = c.req.valid("json");
    return c.json(toDetectorView(await updateDetector(c.get("ctx"), id, did, { ...rest, windowHours, isActive })), 200);
  })
  .openapi(deleteRoute, async (c) => {
    const { id, did } = c.req.valid("param");
    await deleteDetector(c.get("ctx"), id, did);
    return c.body(null, 204);
  });

function toAnomalyView({ detectorId, causes, from, to, ...anomaly }: Anomaly) {
  const places = anomaly.kind === "completion_rate" ? 4 : 1;
  const { observed, expected, lower, upper } = anomaly;
  return {
    ...anomaly,
    detector_id: detectorId,
    from: isoTime(from),
    to: isoTime(to),
    observed: round(observed, places),
    expected: round(expected, places),
    lower: round(lower, places),
    upper: round(upper, places),
    likely_causes: causes.map((cause) => ({ ...cause, explains: round(cause.explains, 3) })),
  };
}

function toDetectorView(row: SavedDetector) {
  return {
    id: row.id,
    form_id: row.formId,
    name: row.name,
    kind: row.kind,
    sensitivity: row.sensitivity,
    window_hours: row.windowHours as (typeof WINDOW_HOURS)[number],
    minimum: row.minimum,
    is_active: row.isActive,
    created_by: row.createdBy,
    created_at: isoTime(row.createdAt),
    updated_at: isoTime(row.updatedAt),
  };
}

function round(value: number, places: number): number {
  const by = 10 ** places;
  return Math.round(value * by) / by;
}
