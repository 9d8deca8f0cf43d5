import { z } from "@hono/zod-openapi";
import {
  checkUploaded,
  createTemplate,
  deleteTemplate,
  getTemplate,
  listTemplates,
  previewTemplate,
  updateTemplate,
  uploadTemplate,
} from "../../../reports";
import { defineRoute, json, jsonBody } from "../../define-route";
import { newApp } from "../../new-app";
import { ListQuery, listOf } from "../../wire";
import { CreateBody, PreviewBody, TemplateIdParam, TemplateView, toView, UpdateBody } from "./shapes";

const tags = ["Report templates"];
const PATH = "/api/v2/reports/templates";

const createRoute = defineRoute({
  method: "post",
  path: PATH,
  access: "write",
  tags,
  summary: "Make a report template",
  description:
    "A PDF template is one of ours with settings laid over it: colour, logo, fonts, header and footer, sections and their order, a foreword, " +
    "words. A Word template is made empty; its document is uploaded next. Name it in an export's `options.template`.",
  request: { body: jsonBody(CreateBody, { name: "Board", extends: "annual", settings: { brand_colour: "#5b2a86", paper: "a4" } }) },
  responses: { 201: json(TemplateView, "The template") },
});
const listRoute = defineRoute({
  method: "get",
  path: PATH,
  access: "read",
  tags,
  summary: "List report templates",
  request: { query: ListQuery },
  responses: { 200: json(listOf("templates", TemplateView), "In the order they were made") },
});
const getRoute = defineRoute({
  method: "get",
  path: `${PATH}/{id}`,
  access: "read",
  tags,
  summary: "Read a report template",
  request: { params: TemplateIdParam },
  responses: { 200: json(TemplateView, "The template") },
});
const updateRoute = defineRoute({
  method: "patch",
  path: `${PATH}/{id}`,
  access: "write",
  tags,
  summary: "Change a report template",
  request: { params: TemplateIdParam, body: jsonBody(UpdateBody, { name: "Board 2027", settings: { footer: "Confidential · {date}" } }) },
  responses: { 200: json(TemplateView, "The template") },
});
const deleteRoute = defineRoute({
  method: "delete",
  path: `${PATH}/{id}`,
  access: "write",
  tags,
  summary: "Remove a report template",
  description: "Files that were made with it stay.",
  request: { params: TemplateIdParam },
  responses: { 204: { description: "Removed" } },
});
const previewRoute = defineRoute({
  method: "post",
  path: `${PATH}/preview`,
  access: "read",
  tags,
  summary: "See how a template looks",
  description:
    "Cover, summary and two responses as HTML, from a form's newest answers or made-up ones, before anything is saved. To see the pages " +
    "themselves, send the settings as an export's `options.branding`.",
  request: { body: jsonBody(PreviewBody, { extends: "annual", settings: { brand_colour: "#5b2a86" } }) },
  responses: {
    200: {
      description: "The document",
      content: { "text/html": { schema: z.string() } },
    },
  },
  alsoFails: { 503: "The store is not keeping up" },
});

const uploadRoute = defineRoute({
  method: "put",
  path: `${PATH}/{id}/file`,
  access: "write",
  tags,
  summary: "Upload the document of a Word template",
  description:
    "The body is the .docx itself, at most 5 MiB. Tags stand in double braces: `{{title}}`, `{{count}}`, `{{#responses}} … {{full_name}} … " +
    "{{/responses}}`, `{{#answers}}{{label}}: {{text}}{{/answers}}` within a response, and any expression: `{{score * 10}}`. With `form_id` " +
    "the tags are checked against that form; each one that cannot be answered is named, with what could stand there.",
  request: { params: TemplateIdParam, query: z.object({ form_id: z.string().min(1).max(64).optional() }) },
  responses: { 200: json(TemplateView, "The template, with the tags that were found") },
  alsoFails: { 413: "The document is larger than 5 MiB, or unpacks to more than a template needs" },
});
const checkRoute = defineRoute({
  method: "post",
  path: `${PATH}/{id}/check`,
  access: "read",
  tags,
  summary: "Check a Word template against a form",
  request: {
    params: TemplateIdParam,
    body: jsonBody(z.object({ form_id: z.string().min(1).max(64).optional() }).strict(), { form_id: "frm_01jd3x0000abcdefghjkmnpqrs" }),
  },
  responses: {
    200: json(
      z.object({
        ok: z.boolean(),
        tags: z.array(z.string()),
        errors: z.array(z.object({ tag: z.string(), message: z.string(), code: z.enum(["unknown_tag", "broken_tag"]) })),
      }),
      "What the document asks for, and what of it cannot be answered",
    ),
  },
});

/** On our own origin, but as a stranger: nothing in it runs, is fetched or sees a cookie. */
const AS_STRANGER = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; frame-ancestors 'self'";

export const templates = newApp()
  .openapi(createRoute, async (c) => {
    const { extends: base, is_default: isDefault, ...rest } = c.req.valid("json");
    return c.json(toView(await createTemplate(c.get("ctx"), { ...rest, base, isDefault })), 201);
  })
  .openapi(listRoute, async (c) => {
    const { items, nextCursor } = await listTemplates(c.get("ctx"), c.req.valid("query"));
    return c.json({ templates: items.map(toView), next_cursor: nextCursor }, 200);
  })
  .openapi(previewRoute, async (c) => {
    const { template_id: templateId, extends: base, settings, form_id: formId } = c.req.valid("json");
    const html = await previewTemplate(c.get("ctx"), { templateId, base, settings, formId });
    return c.body(html, 200, {
      "Cache-Control": "private, no-store",
      "Content-Security-Policy": AS_STRANGER,
      "Content-Type": "text/html; charset=utf-8",
    });
  })
  .openapi(getRoute, async (c) => c.json(toView(await getTemplate(c.get("ctx"), c.req.valid("param").id)), 200))
  .openapi(updateRoute, async (c) => {
    const { extends: base, is_default: isDefault, name, settings } = c.req.valid("json");
    return c.json(toView(await updateTemplate(c.get("ctx"), c.req.valid("param").id, { base, isDefault, name, settings })), 200);
  })
  .openapi(uploadRoute, async (c) => {
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    return c.json(toView(await uploadTemplate(c.get("ctx"), c.req.valid("param").id, bytes, c.req.valid("query").form_id)), 200);
  })
  .openapi(checkRoute, async (c) => {
    const { tags: found, problems } = await checkUploaded(c.get("ctx"), c.req.valid("param").id, c.req.valid("json").form_id);
    return c.json({ ok: problems.length === 0, tags: found, errors: problems }, 200);
  })
  .openapi(deleteRoute, async (c) => {
    await deleteTemplate(c.get("ctx"), c.req.valid("param").id);
    return c.body(null, 204);
  });
