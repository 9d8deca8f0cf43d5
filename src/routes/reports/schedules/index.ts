import { z } from "@hono/zod-openapi";
import {
  createSchedule,
  deleteSchedule,
  getSchedule,
  listDeliveries,
  listSchedules,
  runScheduleNow,
  ScheduleChange,
  ScheduleFields,
  updateSchedule,
} from "../../../reports";
import { defineRoute, json, jsonBody } from "../../define-route";
import { newApp } from "../../new-app";
import { IdParam, ListQuery, listOf } from "../../wire";
import { DeliveryView, RunView, ScheduleView, toDeliveryView, toRunView, toScheduleView } from "./shapes";

const tags = ["Reports"];
const path = "/api/v2/reports/schedules";
const EXAMPLE = {
  form_id: "frm_01jd3x0000abcdefghjkmnpqrs",
  name: "Last week's answers",
  frequency: "weekly",
  weekday: 1,
  at: "08:00",
  timezone: "Europe/Berlin",
  recipients: ["board@example.org"],
  filters: { window: "last_week" },
  format: "csv",
  options: { skip_if_empty: true },
};

const createRoute = defineRoute({
  method: "post",
  path,
  access: "write",
  tags,
  summary: "Send a report by the clock",
  description:
    "Looked at every 15 minutes; after an outage it runs once. Where clocks skip its time it runs as much later, where they repeat it, once. The file is attached up to 10 MB, else the mail has a link.",
  request: { body: jsonBody(ScheduleFields, EXAMPLE) },
  responses: { 201: json(ScheduleView, "The schedule, with its first run in `next_run`") },
});
const listRoute = defineRoute({
  method: "get",
  path,
  access: "read",
  tags,
  summary: "List the schedules, newest first",
  request: { query: ListQuery.extend({ form_id: z.string().max(64).optional() }) },
  responses: { 200: json(listOf("schedules", ScheduleView), "A page of schedules") },
});
const getRoute = defineRoute({
  method: "get",
  path: `${path}/{id}`,
  access: "read",
  tags,
  summary: "Read a schedule",
  request: { params: IdParam },
  responses: { 200: json(ScheduleView, "The schedule") },
});
const updateRoute = defineRoute({
  method: "patch",
  path: `${path}/{id}`,
  access: "write",
  tags,
  summary: "Change, pause or resume a schedule",
  request: { params: IdParam, body: jsonBody(ScheduleChange, { is_active: false }) },
  responses: { 200: json(ScheduleView, "The schedule") },
});
const deleteRoute = defineRoute({
  method: "delete",
  path: `${path}/{id}`,
  access: "delete",
  tags,
  summary: "Delete a schedule and its history",
  request: { params: IdParam },
  responses: { 204: { description: "Deleted" } },
});
const runRoute = defineRoute({
  method: "post",
  path: `${path}/{id}/run`,
  access: "write",
  tags,
  summary: "Run a schedule now, beside its rhythm",
  request: { params: IdParam },
  responses: { 202: json(RunView, "The run") },
});
const deliveriesRoute = defineRoute({
  method: "get",
  path: `${path}/{id}/deliveries`,
  access: "read",
  tags,
  summary: "What a schedule has sent, newest first",
  request: { params: IdParam, query: ListQuery },
  responses: { 200: json(listOf("deliveries", DeliveryView), "A page of runs, each with its file and recipients") },
});

export const schedules = newApp()
  .openapi(createRoute, async (c) => c.json(toScheduleView(await createSchedule(c.get("ctx"), c.req.valid("json"))), 201))
  .openapi(listRoute, async (c) => {
    const { form_id: formId, limit, cursor } = c.req.valid("query");
    const { items, nextCursor } = await listSchedules(c.get("ctx"), { formId, limit, cursor });
    return c.json({ schedules: items.map(toScheduleView), next_cursor: nextCursor }, 200);
  })
  .openapi(getRoute, async (c) => c.json(toScheduleView(await getSchedule(c.get("ctx"), c.req.valid("param").id)), 200))
  .openapi(updateRoute, async (c) =>
    c.json(toScheduleView(await updateSchedule(c.get("ctx"), c.req.valid("param").id, c.req.valid("json"))), 200),
  )
  .openapi(deleteRoute, async (c) => {
    await deleteSchedule(c.get("ctx"), c.req.valid("param").id);
    return c.body(null, 204);
  })
  .openapi(runRoute, async (c) => c.json(toRunView(await runScheduleNow(c.get("ctx"), c.req.valid("param").id)), 202))
  .openapi(deliveriesRoute, async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const { items, nextCursor } = await listDeliveries(c.get("ctx"), { scheduleId: c.req.valid("param").id, limit, cursor });
    return c.json({ deliveries: items.map(toDeliveryView), next_cursor: nextCursor }, 200);
  });
