import { z } from "@hono/zod-openapi";
import { createForm, FormSchemaInput } from "../../forms";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { Description, FormView, Slug, Title, toFormView } from "./shapes";

const route = defineRoute({
  method: "post",
  path: "/api/v1/forms",
  access: "write",
  tags: ["Forms"],
  summary: "Create a form as a draft",
  request: {
    body: jsonBody(
      z
        .object({ title: Title, slug: Slug.optional(), description: Description.optional(), schema: FormSchemaInput })
        .strict()
        .openapi("CreateForm", {
          example: {
            title: "Customer feedback",
            schema: { fields: [{ name: "score", type: "nps", label: "How likely are you to recommend us?" }] },
          },
        }),
    ),
  },
  responses: { 201: json(FormView, "The new draft") },
});

export const create = newApp().openapi(route, async (c) => {
  const form = await createForm(c.get("ctx"), c.req.valid("json"));
  c.header("Location", `/api/v1/forms/${form.id}`);
  return c.json(toFormView(form), 201);
});
