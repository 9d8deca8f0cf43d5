import { z } from "@hono/zod-openapi";
import { exportForm, FILE_FORMAT, FILE_VERSION, FormSchemaInput, importForm } from "../../forms";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { Description, FormIdParam, FormView, Title, toFormView } from "./shapes";

const FormFile = z
  .object({
    format: z.literal(FILE_FORMAT),
    format_version: z.literal(FILE_VERSION),
    title: Title,
    description: Description.default(null),
    schema: FormSchemaInput,
  })
  .openapi("FormFile", {
    example: {
      format: FILE_FORMAT,
      format_version: FILE_VERSION,
      title: "Customer feedback",
      description: null,
      schema: { fields: [{ name: "score", type: "nps", label: "How likely are you to recommend us?" }] },
    },
  });

const exportRoute = defineRoute({
  method: "get",
  path: "/api/v1/forms/{id}/export",
  access: "read",
  tags: ["Forms"],
  summary: "Download the form's draft as a file",
  request: { params: FormIdParam },
  responses: { 200: json(FormFile, "The form as a file") },
});

const importRoute = defineRoute({
  method: "post",
  path: "/api/v1/forms/import",
  access: "write",
  tags: ["Forms"],
  summary: "Make a draft from a file",
  request: { body: jsonBody(FormFile) },
  responses: { 201: json(FormView, "The new draft") },
});

export const transfer = newApp()
  .openapi(exportRoute, async (c) => {
    const { file, fileName } = await exportForm(c.get("ctx"), c.req.valid("param").id);
    c.header("Content-Disposition", `attachment; filename="${fileName}"`);
    return c.json(file, 200);
  })
  .openapi(importRoute, async (c) => {
    const form = await importForm(c.get("ctx"), c.req.valid("json"));
    c.header("Location", `/api/v1/forms/${form.id}`);
    return c.json(toFormView(form), 201);
  });
