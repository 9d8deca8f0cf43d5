import { z } from "@hono/zod-openapi";
import { listForms } from "../../forms";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { ListQuery, listOf } from "../wire";
import { FormView, toFormView } from "./shapes";

const route = defineRoute({
  method: "get",
  path: "/api/v1/forms",
  access: "read",
  mayLag: true,
  tags: ["Forms"],
  summary: "List the forms, newest first",
  request: { query: ListQuery.extend({ status: z.enum(["draft", "published", "closed", "archived"]).optional() }) },
  responses: { 200: json(listOf("forms", FormView), "A page of forms") },
});

export const list = newApp().openapi(route, async (c) => {
  const { items, nextCursor } = await listForms(c.get("ctx"), c.req.valid("query"));
  return c.json({ forms: items.map(toFormView), next_cursor: nextCursor }, 200);
});
