import { z } from "@hono/zod-openapi";
import { FormSchemaInput, getPublicDocument } from "../../forms";
import { respondCached } from "../../middleware/cache-headers";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";

const PublicForm = z
  .object({
    id: z.string(),
    slug: z.string(),
    title: z.string(),
    description: z.string().nullable(),
    version: z.number().int(),
    published_at: z.iso.datetime(),
    schema: FormSchemaInput,
  })
  .openapi("PublicForm");

const route = defineRoute({
  method: "get",
  path: "/api/v1/forms/{id}/public",
  access: "public",
  tags: ["Forms"],
  summary: "Read the published form, by id or slug",
  request: { params: z.object({ id: z.string().min(1).max(64).openapi({ example: "customer-feedback" }) }) },
  responses: {
    200: json(PublicForm, "The published form"),
    304: { description: "Not changed since the ETag that was sent" },
    410: { description: "The form is closed or archived" },
  },
});

export const publicForm = newApp().openapi(route, async (c) =>
  respondCached(c, await getPublicDocument(c.get("ctx"), c.req.valid("param").id), { visibility: "public" }),
);
