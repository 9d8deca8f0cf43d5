import { z } from "@hono/zod-openapi";
import {
  cancelImport,
  checkImport,
  getImport,
  type Import,
  ImportOptions,
  listImportErrors,
  listImports,
  startImport,
  uploadImport,
} from "../../reports";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { IdParam, isoTime, ListQuery, listOf } from "../wire";

const tags = ["Imports"];
const path = "/api/v1/forms/{id}/imports";
const ImportParam = IdParam.extend({ iid: z.string().min(1).max(64) });

const ImportView = z
  .object({
    id: z.string(),
    form_id: z.string(),
    file_name: z.string(),
    format: z.enum(["csv", "jsonl", "xlsx"]),
    size: z.number().int(),
    status: z.enum(["uploaded", "checking", "checked", "importing", "done", "failed", "cancelled"]),
    columns: z.array(z.object({ name: z.string(), samples: z.array(z.string()) })),
    mapping: z.record(z.string(), z.string().nullable()).openapi({ description: "By column, the field it becomes; null is left out." }),
    options: z.record(z.string(), z.unknown()),
    job_id: z.string().nullable(),
    rows: z.number().int().openapi({ description: "Read so far." }),
    accepted: z.number().int().openapi({ description: "Taken; by a check: would be." }),
    rejected: z.number().int(),
    error: z.string().nullable(),
    created_by: z.string(),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  })
  .openapi("Import");

const ErrorView = z.object({
  row: z.number().int().openapi({ description: "The first row of answers is 1." }),
  path: z.string(),
  message: z.string(),
  code: z.string(),
});

const Start = z.strictObject({
  mapping: z
    .record(z.string().max(200), z.string().max(300).nullable())
    .optional()
    .openapi({ description: "Changes to the suggested one." }),
  options: ImportOptions.partial().optional(),
});
const EXAMPLE = { mapping: { score: "score" }, options: { dates: "dmy" } };

const uploadRoute = defineRoute({
  method: "post",
  path,
  access: "write",
  tags,
  ownIdempotency: true,
  summary: "Send a file of responses",
  description:
    "The body is the file itself, at most 50 MiB (a workbook 10): CSV, JSON Lines or XLSX, told by `file_name` or Content-Type. Nothing is imported yet; the reply has the columns and what each probably is.",
  request: { params: IdParam, query: z.object({ file_name: z.string().min(1).max(200).default("responses.csv") }) },
  responses: { 201: json(ImportView, "The file, its columns and a suggested mapping") },
  alsoFails: { 413: "The file is too large" },
});
const listRoute = defineRoute({
  method: "get",
  path,
  access: "read",
  tags,
  summary: "List the imports of a form, newest first",
  request: { params: IdParam, query: ListQuery },
  responses: { 200: json(listOf("imports", ImportView), "A page of imports") },
});
const getRoute = defineRoute({
  method: "get",
  path: `${path}/{iid}`,
  access: "read",
  tags,
  summary: "Read an import",
  request: { params: ImportParam },
  responses: { 200: json(ImportView, "The import") },
});
const errorsRoute = defineRoute({
  method: "get",
  path: `${path}/{iid}/errors`,
  access: "read",
  tags,
  summary: "What is wrong, row by row",
  description: "The first 10,000.",
  request: { params: ImportParam, query: ListQuery },
  responses: { 200: json(listOf("errors", ErrorView), "A page of errors; all of a row are on one page") },
});
const checkRoute = defineRoute({
  method: "post",
  path: `${path}/{iid}/check`,
  access: "write",
  tags,
  summary: "Read every row and take none",
  request: { params: ImportParam, body: jsonBody(Start, EXAMPLE) },
  responses: { 202: json(ImportView, "Being checked") },
  alsoFails: { 410: "The form is closed" },
});
const startRoute = defineRoute({
  method: "post",
  path: `${path}/{iid}/start`,
  access: "write",
  tags,
  summary: "Import the responses",
  description:
    "Each goes the way of every response: validated, counted once, told to webhooks. A row that is wrong is left out and listed; what is interrupted goes on where it was.",
  request: { params: ImportParam, body: jsonBody(Start, EXAMPLE) },
  responses: { 202: json(ImportView, "Being imported") },
  alsoFails: { 410: "The form is closed" },
});
const cancelRoute = defineRoute({
  method: "post",
  path: `${path}/{iid}/cancel`,
  access: "write",
  tags,
  summary: "Stop an import; what was taken stays",
  request: { params: ImportParam },
  responses: { 200: json(ImportView, "Stopped") },
});

export const imports = newApp()
  .openapi(uploadRoute, async (c) => {
    const { file_name: fileName } = c.req.valid("query");
    const contentType = (c.req.header("Content-Type") ?? "").slice(0, 200);
    const row = await uploadImport(c.get("ctx"), { formId: c.req.valid("param").id, fileName, contentType, body: c.req.raw.body });
    return c.json(toView(row), 201);
  })
  .openapi(listRoute, async (c) => {
    const { items, nextCursor } = await listImports(c.get("ctx"), { formId: c.req.valid("param").id, ...c.req.valid("query") });
    return c.json({ imports: items.map(toView), next_cursor: nextCursor }, 200);
  })
  .openapi(getRoute, async (c) => {
    const { id, iid } = c.req.valid("param");
    return c.json(toView(await getImport(c.get("ctx"), id, iid)), 200);
  })
  .openapi(errorsRoute, async (c) => {
    const { id: formId, iid: id } = c.req.valid("param");
    const { items, nextCursor } = await listImportErrors(c.get("ctx"), { formId, id, ...c.req.valid("query") });
    return c.json(
      { errors: items.map(({ row, path: at, message, code }) => ({ row, path: at, message, code })), next_cursor: nextCursor },
      200,
    );
  })
  .openapi(checkRoute, async (c) => {
    const { id: formId, iid: id } = c.req.valid("param");
    return c.json(toView(await checkImport(c.get("ctx"), { formId, id, ...c.req.valid("json") })), 202);
  })
  .openapi(startRoute, async (c) => {
    const { id: formId, iid: id } = c.req.valid("param");
    return c.json(toView(await startImport(c.get("ctx"), { formId, id, ...c.req.valid("json") })), 202);
  })
  .openapi(cancelRoute, async (c) => {
    const { id, iid } = c.req.valid("param");
    return c.json(toView(await cancelImport(c.get("ctx"), id, iid)), 200);
  });

function toView(row: Import): z.infer<typeof ImportView> {
  return {
    id: row.id,
    form_id: row.formId,
    file_name: row.fileName,
    format: row.format,
    size: row.size,
    status: row.status,
    columns: row.columns,
    mapping: row.mapping,
    options: row.options,
    job_id: row.jobId,
    rows: row.rows,
    accepted: row.accepted,
    rejected: row.rejected,
    error: row.error,
    created_by: row.createdBy,
    created_at: isoTime(row.createdAt),
    finished_at: isoTime(row.finishedAt),
  };
}
