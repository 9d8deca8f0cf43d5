import { z } from "@hono/zod-openapi";
import { compareVersions, getVersion, listVersions, restoreVersion } from "../../forms";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { ListQuery, listOf } from "../wire";
import {
  FormIdParam,
  FormView,
  toFormView,
  toVersionSummaryView,
  toVersionView,
  VersionParams,
  VersionSummaryView,
  VersionView,
} from "./shapes";

const listRoute = defineRoute({
  method: "get",
  path: "/api/v1/forms/{id}/versions",
  access: "read",
  mayLag: true,
  tags: ["Forms"],
  summary: "List the published versions, newest first",
  request: { params: FormIdParam, query: ListQuery },
  responses: { 200: json(listOf("versions", VersionSummaryView), "A page of versions") },
});

const getRoute = defineRoute({
  method: "get",
  path: "/api/v1/forms/{id}/versions/{n}",
  access: "read",
  mayLag: true,
  tags: ["Forms"],
  summary: "Read one published version",
  request: { params: VersionParams },
  responses: { 200: json(VersionView, "The version with its schema") },
});

const restoreRoute = defineRoute({
  method: "post",
  path: "/api/v1/forms/{id}/versions/{n}/restore",
  access: "write",
  tags: ["Forms"],
  summary: "Make an old version the draft again",
  request: { params: VersionParams },
  responses: { 200: json(FormView, "The form with its new draft") },
});

const names = z.array(z.string());
const Difference = z
  .object({
    fields: z.object({ added: names, removed: names, moved: names, changed: z.array(z.object({ name: z.string(), properties: names })) }),
    rules: z.object({ added: names, removed: names, changed: names }),
    other: names,
  })
  .openapi("SchemaDifference");

const compareRoute = defineRoute({
  method: "get",
  path: "/api/v1/forms/{id}/versions/{n}/changes",
  access: "read",
  tags: ["Forms"],
  summary: "What changed from this version to another, or to the draft",
  request: {
    params: VersionParams,
    query: z.object({
      to: z
        .union([z.literal("draft"), z.string().regex(/^[1-9]\d{0,5}$/)])
        .default("draft")
        .openapi({ type: "string", example: "draft" }),
    }),
  },
  responses: { 200: json(Difference, "The differences, by field name and rule id") },
});

export const versions = newApp()
  .openapi(listRoute, async (c) => {
    const { items, nextCursor } = await listVersions(c.get("ctx"), { formId: c.req.valid("param").id, ...c.req.valid("query") });
    return c.json({ versions: items.map(toVersionSummaryView), next_cursor: nextCursor }, 200);
  })
  .openapi(getRoute, async (c) => {
    const { id, n } = c.req.valid("param");
    return c.json(toVersionView(await getVersion(c.get("ctx"), id, n)), 200);
  })
  .openapi(restoreRoute, async (c) => {
    const { id, n } = c.req.valid("param");
    return c.json(toFormView(await restoreVersion(c.get("ctx"), id, n)), 200);
  })
  .openapi(compareRoute, async (c) => {
    const { id, n } = c.req.valid("param");
    const { to } = c.req.valid("query");
    return c.json(await compareVersions(c.get("ctx"), id, n, to === "draft" ? "draft" : Number(to)), 200);
  });
