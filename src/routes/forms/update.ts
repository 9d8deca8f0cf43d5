import { z } from "@hono/zod-openapi";
import { FormSchemaInput, updateForm } from "../../forms";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { Description, FormIdParam, FormView, Slug, Title, toFormView } from "./shapes";

const REVISION = /^"?(\d{1,9})"?$/;

const route = defineRoute({
  method: "patch",
  path: "/api/v1/forms/{id}",
  access: "write",
  tags: ["Forms"],
  summary: "Change the draft",
  description: "What is published stays as it is until the next publish. With `If-Match: <revision>` a concurrent change answers 409.",
  request: {
    params: FormIdParam,
    headers: z.object({ "if-match": z.string().regex(REVISION, "Send the `revision` you have seen.").optional() }),
    body: jsonBody(
      z
        .object({ title: Title, slug: Slug, description: Description, schema: FormSchemaInput })
        .partial()
        .strict()
        .refine((change) => Object.keys(change).length > 0, { message: "Name at least one thing to change." })
        .openapi("UpdateForm", { example: { title: "Customer feedback 2027" } }),
    ),
  },
  responses: { 200: json(FormView, "The form with its new draft") },
});

export const update = newApp().openapi(route, async (c) => {
  const seen = c.req.valid("header")["if-match"]?.match(REVISION)?.[1];
  const form = await updateForm(c.get("ctx"), {
    formId: c.req.valid("param").id,
    ...c.req.valid("json"),
    seenRevision: seen === undefined ? undefined : Number(seen),
  });
  c.header("ETag", `"${form.revision}"`);
  return c.json(toFormView(form), 200);
});
