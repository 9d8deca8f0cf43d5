import { z } from "@hono/zod-openapi";
import { getFunnel } from "../../analytics";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { AnalysedFormParam, DayRangeQuery } from "./shapes";

const share = z.number().min(0).max(1);

const Funnel = z
  .object({
    form_id: z.string(),
    start_date: z.iso.date(),
    end_date: z.iso.date(),
    views: z.number().int(),
    starts: z.number().int(),
    pages: z.array(
      z.object({
        page: z.string(),
        title: z.string(),
        reached: z.number().int(),
        left: z.number().int().openapi({ description: "Went no further: what they sent ends here, or they sent nothing." }),
        drop_off: share.openapi({ description: "`left` of `reached`." }),
        median_seconds: z.number().nullable().openapi({ description: "Of those who went on, on the form's own page; to within 5 %." }),
      }),
    ),
    fields: z.array(
      z.object({
        field: z.string(),
        label: z.string(),
        page: z.string(),
        reached: z.number().int().openapi({ description: "Were shown it." }),
        answered: z.number().int().openapi({ description: "Of the complete responses." }),
        left: z.number().int().openapi({ description: "Sent part of an answer, of which this was the last." }),
        drop_off: share,
      }),
    ),
    partials: z.number().int(),
    completed: z.number().int(),
    completion_rate: share,
    median_seconds: z.number().nullable().openapi({ description: "To complete, where the beginning is known; to within 5 %." }),
  })
  .openapi("Funnel");

const route = defineRoute({
  method: "get",
  path: "/api/v2/analytics/forms/{id}/funnel",
  access: "read",
  tags: ["Analytics"],
  summary: "Follow visitors from a view to a response",
  description:
    "Views, starts, each page and each field reached, and completed, of UTC days. Pages and fields are those of the published version; " +
    "answers to older ones count where they had the same. Current when the reply to a submit is.",
  request: { params: AnalysedFormParam, query: DayRangeQuery },
  responses: { 200: json(Funnel, "The funnel") },
});

export const funnel = newApp().openapi(route, async (c) => {
  const { start_date: startDate, end_date: endDate } = c.req.valid("query");
  const found = await getFunnel(c.get("ctx"), { formId: c.req.valid("param").id, startDate, endDate });
  if (!found.current) c.header("X-Stale", "true");
  c.header("Cache-Control", "private, no-store");
  const { views, starts, partials, completed } = found;
  return c.json(
    {
      form_id: found.formId,
      start_date: found.startDate,
      end_date: found.endDate,
      views,
      starts,
      pages: found.pages.map(({ medianSeconds, ...page }) => ({
        ...page,
        drop_off: shareOf(page.left, page.reached),
        median_seconds: medianSeconds,
      })),
      fields: found.fields.map((field) => ({ ...field, drop_off: shareOf(field.left, field.reached) })),
      partials,
      completed,
      completion_rate: shareOf(completed, starts),
      median_seconds: found.medianSeconds,
    },
    200,
  );
});

function shareOf(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole));
}
