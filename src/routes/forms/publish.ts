import { z } from "@hono/zod-openapi";
import { publishForm } from "../../forms";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { isoTime } from "../wire";
import { FormIdParam } from "./shapes";

const route = defineRoute({
  method: "post",
  path: "/api/v1/forms/{id}/publish",
  access: "write",
  tags: ["Forms"],
  summary: "Publish the draft as the next version",
  description: "Refused with 422 when the form cannot work; `errors` gives the path and the reason of each obstacle.",
  request: { params: FormIdParam },
  responses: {
    200: json(
      z.object({ form_id: z.string(), version: z.number().int(), published_at: z.iso.datetime() }).openapi("Publication"),
      "Published",
    ),
  },
});

export const publish = newApp().openapi(route, async (c) => {
  const { formId, version, publishedAt } = await publishForm(c.get("ctx"), c.req.valid("param").id);
  return c.json({ form_id: formId, version, published_at: isoTime(publishedAt) }, 200);
});
