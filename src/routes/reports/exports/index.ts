import { z } from "@hono/zod-openapi";
import { cancelExport, createExport, listExports, previewExport, readExport } from "../../../reports";
import { defineRoute, json, jsonBody } from "../../define-route";
import { newApp } from "../../new-app";
import { ListQuery, listOf } from "../../wire";
import { download } from "./download";
import { BatchBody, EXAMPLE, ExportBody, ExportIdParam, ExportViewSchema, PreviewBody, toExportView } from "./shapes";

const tags = ["Exports"];
const access = "read" as const;
const BEHIND = { 503: "The store is not keeping up" };

const createRoute = defineRoute({
  method: "post",
  path: "/api/v2/reports/exports",
  access,
  tags,
  summary: "Export responses to a file",
  description:
    "Everything in the file is of one position of the form's ledger, which its name tells: what is answered or changed while it is made is " +
    "not in it. Complete responses alone unless the filter speaks of `status`. The same request finds the same file while nothing has changed.",
  request: { body: jsonBody(ExportBody, EXAMPLE) },
  responses: { 202: json(ExportViewSchema, "The export; ask again, or listen to the workspace's feed") },
  alsoFails: BEHIND,
});
const batchRoute = defineRoute({
  method: "post",
  path: "/api/v2/reports/exports/batch",
  access,
  tags,
  summary: "Make many files at once",
  description:
    "One for each value of a field (`by`), and one for those who did not answer it; or, by `response`, one for each response. Zipped, or " +
    "merged into one where the format can be (PDF). The export it answers with is read, cancelled and downloaded like any other.",
  request: { body: jsonBody(BatchBody, { form_id: EXAMPLE.form_id, format: "xlsx", by: "department" }) },
  responses: { 202: json(ExportViewSchema, "The export") },
  alsoFails: BEHIND,
});
const previewRoute = defineRoute({
  method: "post",
  path: "/api/v2/reports/exports/preview",
  access,
  tags,
  summary: "See the first 20 rows of an export",
  request: { body: jsonBody(PreviewBody, EXAMPLE) },
  responses: {
    200: json(
      z
        .object({
          columns: z.array(z.object({ name: z.string(), label: z.string(), type: z.string() })),
          rows: z.array(z.record(z.string(), z.unknown())).openapi({ description: "Each an object by the columns' names." }),
        })
        .openapi("ExportPreview"),
      "Columns and rows",
    ),
  },
});
const listRoute = defineRoute({
  method: "get",
  path: "/api/v2/reports/exports",
  access,
  tags,
  summary: "List exports, newest first",
  request: { query: ListQuery.extend({ form_id: z.string().max(64).optional() }) },
  responses: { 200: json(listOf("exports", ExportViewSchema), "A page of exports") },
});
const getRoute = defineRoute({
  method: "get",
  path: "/api/v2/reports/exports/{id}",
  access,
  tags,
  summary: "Read an export",
  request: { params: ExportIdParam },
  responses: { 200: json(ExportViewSchema, "The export") },
});
const cancelRoute = defineRoute({
  method: "post",
  path: "/api/v2/reports/exports/{id}/cancel",
  access,
  tags,
  summary: "Cancel an export",
  description: "It stops, and nothing of it is kept. Somebody else's export takes the right to write.",
  request: { params: ExportIdParam },
  responses: { 200: json(ExportViewSchema, "The export, cancelled") },
});

export const exports = newApp()
  .openapi(createRoute, async (c) => {
    const view = await createExport(c.get("ctx"), c.req.valid("json"));
    c.header("Location", `/api/v2/reports/exports/${view.id}`);
    return c.json(toExportView(view), 202);
  })
  .openapi(batchRoute, async (c) => {
    const { by, combine, ...request } = c.req.valid("json");
    const view = await createExport(c.get("ctx"), { ...request, batch: { by, combine } });
    c.header("Location", `/api/v2/reports/exports/${view.id}`);
    return c.json(toExportView(view), 202);
  })
  .openapi(previewRoute, async (c) => {
    c.header("Cache-Control", "private, no-store");
    return c.json(await previewExport(c.get("ctx"), c.req.valid("json")), 200);
  })
  .openapi(listRoute, async (c) => {
    const { form_id: formId, ...page } = c.req.valid("query");
    const { items, nextCursor } = await listExports(c.get("ctx"), { formId, ...page });
    return c.json({ exports: items.map(toExportView), next_cursor: nextCursor }, 200);
  })
  .openapi(getRoute, async (c) => {
    c.header("Cache-Control", "private, no-store");
    return c.json(toExportView(await readExport(c.get("ctx"), c.req.valid("param").id)), 200);
  })
  .openapi(cancelRoute, async (c) => c.json(toExportView(await cancelExport(c.get("ctx"), c.req.valid("param").id)), 200))
  .route("/", download);
