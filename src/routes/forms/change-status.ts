// The steps of a form's life that take nothing but its id and answer with the form.
import { archiveForm, closeForm, duplicateForm, reopenForm, restoreForm } from "../../forms";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { FormIdParam, FormView, toFormView } from "./shapes";

const common = { tags: ["Forms"], request: { params: FormIdParam } };
const ok = { 200: json(FormView, "The form") };

const closeRoute = defineRoute({
  ...common,
  method: "post",
  path: "/api/v1/forms/{id}/close",
  access: "write",
  summary: "Stop taking answers",
  responses: ok,
});
const reopenRoute = defineRoute({
  ...common,
  method: "post",
  path: "/api/v1/forms/{id}/reopen",
  access: "write",
  summary: "Take answers again",
  responses: ok,
});
const restoreRoute = defineRoute({
  ...common,
  method: "post",
  path: "/api/v1/forms/{id}/restore",
  access: "write",
  summary: "Bring an archived form back",
  responses: ok,
});
const duplicateRoute = defineRoute({
  ...common,
  method: "post",
  path: "/api/v1/forms/{id}/duplicate",
  access: "write",
  summary: "Make a new draft with the same content",
  responses: { 201: json(FormView, "The copy") },
});
const archiveRoute = defineRoute({
  ...common,
  method: "delete",
  path: "/api/v1/forms/{id}",
  access: "delete",
  summary: "Archive a form",
  description: "It takes no more answers and leaves the lists; nothing is lost, and `restore` brings it back.",
  responses: { 204: { description: "Archived" } },
});

export const changeStatus = newApp()
  .openapi(closeRoute, async (c) => c.json(toFormView(await closeForm(c.get("ctx"), c.req.valid("param").id)), 200))
  .openapi(reopenRoute, async (c) => c.json(toFormView(await reopenForm(c.get("ctx"), c.req.valid("param").id)), 200))
  .openapi(restoreRoute, async (c) => c.json(toFormView(await restoreForm(c.get("ctx"), c.req.valid("param").id)), 200))
  .openapi(duplicateRoute, async (c) => c.json(toFormView(await duplicateForm(c.get("ctx"), c.req.valid("param").id)), 201))
  .openapi(archiveRoute, async (c) => {
    await archiveForm(c.get("ctx"), c.req.valid("param").id);
    return c.body(null, 204);
  });
