import { z } from "@hono/zod-openapi";
import { type ListedResponse, listResponses, MAX_CALCULATED } from "../../responses";
import { InvalidError } from "../../shared/errors";
import { AsOfQuery, asOfInput } from "../as-of";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { ListQuery, listOf } from "../wire";
import { CalculatedColumn, FormIdParam, ResponseView, toResponseView } from "./shapes";

const MAX_FILTER = 20_000;
const MAX_FIELDS = 500;

const Time = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

const Columns = z.array(CalculatedColumn).max(MAX_CALCULATED);
const ListedView = ResponseView.extend({ calculated: z.record(z.string(), z.unknown()).optional() }).openapi("ListedResponse");

const route = defineRoute({
  method: "get",
  path: "/api/v1/forms/{id}/responses",
  access: "read",
  tags: ["Responses"],
  summary: "List the responses, newest first",
  description: "Current to the moment of asking, unless `X-Stale: true` says that the store could not keep up.",
  request: {
    params: FormIdParam,
    query: ListQuery.extend({
      ...AsOfQuery.shape,
      status: z.enum(["complete", "partial", "deleted"]).optional().openapi({ description: "Without it: all that are not deleted." }),
      created_after: Time.optional(),
      created_before: Time.optional(),
      fields: z.string().max(10_000).optional().openapi({ description: "Names of fields, with commas between them." }),
      q: z.string().max(200).optional().openapi({
        description:
          "Words that must all occur, as beginnings of words. With `as_of` or `as_of_seq`: as they stood then, as long as not more than 5,000 responses have changed since (422 `not_searchable`; use `filter` instead).",
      }),
      sort: z.enum(["submitted_at", "-submitted_at"]).default("-submitted_at"),
      filter: z.string().max(MAX_FILTER).optional().openapi({ description: "JSON: the query language's filter." }),
      calculated: z
        .string()
        .max(MAX_FILTER)
        .optional()
        .openapi({ description: 'JSON: columns to work out, `[{"name", "expression"}]`; each response then has them in `calculated`.' }),
      timezone: z.string().max(64).optional().openapi({ description: "What a date is in calculated columns; the form's own without it." }),
      min_position: z.string().max(500).optional().openapi({ description: "Every read is current, so this asks for nothing more." }),
    }),
  },
  responses: { 200: json(listOf("responses", ListedView), "A page of responses") },
});

export const list = newApp().openapi(route, async (c) => {
  const { limit, cursor, status, created_after, created_before, fields, q, sort, filter, calculated, timezone, ...asOf } =
    c.req.valid("query");
  const { items, nextCursor, current } = await listResponses(c.get("ctx"), {
    formId: c.req.valid("param").id,
    limit,
    cursor,
    status,
    createdAfter: created_after === undefined ? undefined : Date.parse(created_after),
    createdBefore: created_before === undefined ? undefined : Date.parse(created_before),
    fields: fields?.split(",", MAX_FIELDS).map((name) => name.trim()),
    q,
    sort,
    filter: filter === undefined ? undefined : parseJson(filter, "filter"),
    calculated: calculated === undefined ? undefined : readColumns(calculated),
    timezone,
    asOf: asOfInput(asOf),
  });
  if (!current) c.header("X-Stale", "true");
  c.header("Cache-Control", "private, no-store");
  return c.json({ responses: items.map(toListedView), next_cursor: nextCursor }, 200);
});

function toListedView(row: ListedResponse): z.infer<typeof ListedView> {
  return { ...toResponseView(row), ...(row.calculated === undefined ? {} : { calculated: row.calculated }) };
}

function readColumns(text: string): z.infer<typeof Columns> {
  const columns = Columns.safeParse(parseJson(text, "calculated"));
  if (columns.success) return columns.data;
  const issues = columns.error.issues.map(({ path, message, code }) => ({ path: ["calculated", ...path].join("."), message, code }));
  throw new InvalidError("`calculated` is not a list of columns.", issues);
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidError(`\`${name}\` is not JSON.`, [{ path: name, message: "Send it as JSON, URL-encoded.", code: "not_json" }]);
  }
}
