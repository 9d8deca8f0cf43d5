import { z } from "@hono/zod-openapi";
import { rebuildForm, verifyForm } from "../../responses";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { FormIdParam } from "./shapes";

const rebuildRoute = defineRoute({
  method: "post",
  path: "/api/v1/forms/{id}/rebuild",
  access: "delete",
  tags: ["Responses"],
  summary: "Make a form's counters and roll-ups anew from its responses",
  description: "The form goes on taking answers meanwhile; what the store shows stands still until it is done.",
  request: { params: FormIdParam },
  responses: { 200: json(z.object({ form_id: z.string(), responses: z.number().int() }).openapi("Rebuild"), "Done") },
});

const Drift = z.object({
  where: z.enum(["chain", "rows", "counters", "buckets", "rollups"]),
  shard: z.number().int().nullable(),
  what: z.string(),
  expected: z.unknown(),
  found: z.unknown(),
});

const verifyRoute = defineRoute({
  method: "post",
  path: "/api/v1/forms/{id}/verify",
  access: "write",
  tags: ["Responses"],
  summary: "Check a form's chain, responses, roll-ups and counters against each other",
  description: "Reads everything the form has and changes nothing.",
  request: { params: FormIdParam },
  responses: {
    200: json(
      z
        .object({ form_id: z.string(), ok: z.boolean(), entries: z.number().int(), responses: z.number().int(), drift: z.array(Drift) })
        .openapi("Verification"),
      "What was found",
    ),
  },
});

export const upkeep = newApp()
  .openapi(rebuildRoute, async (c) => {
    const { formId, responses } = await rebuildForm(c.get("ctx"), c.req.valid("param").id);
    return c.json({ form_id: formId, responses }, 200);
  })
  .openapi(verifyRoute, async (c) => {
    const { formId, ...found } = await verifyForm(c.get("ctx"), c.req.valid("param").id);
    return c.json({ form_id: formId, ...found }, 200);
  });
