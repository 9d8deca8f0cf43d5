import { getForm } from "../../forms";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { FormIdParam, FormView, toFormView } from "./shapes";

const route = defineRoute({
  method: "get",
  path: "/api/v1/forms/{id}",
  access: "read",
  mayLag: true,
  tags: ["Forms"],
  summary: "Read a form with its draft",
  request: { params: FormIdParam },
  responses: { 200: json(FormView, "The form") },
});

export const get = newApp().openapi(route, async (c) => {
  const form = await getForm(c.get("ctx"), c.req.valid("param").id);
  c.header("ETag", `"${form.revision}"`);
  return c.json(toFormView(form), 200);
});
