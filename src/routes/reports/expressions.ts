import { z } from "@hono/zod-openapi";
import { listFunctions } from "../../expressions";
import { checkExpression } from "../../responses";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";

const tags = ["Reports"];
const MAX_SENT = 20_000;

const Check = z
  .object({
    form_id: z.string().min(1).max(64),
    expression: z.string().max(MAX_SENT),
    response_id: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .openapi({ description: "Worked out for this response; `value` says what comes out." }),
    timezone: z.string().min(1).max(64).optional().openapi({ description: "The form's own, or UTC, without it." }),
  })
  .strict();

const CheckView = z
  .object({
    ok: z.boolean(),
    type: z.enum(["text", "number", "boolean", "date", "datetime", "time", "list", "object", "any", "nothing"]).nullable(),
    value: z.unknown(),
    errors: z.array(
      z.object({
        message: z.string(),
        offset: z.number().int().openapi({ description: "UTF-16 units from the start of the expression." }),
      }),
    ),
  })
  .openapi("ExpressionCheck");

const FunctionView = z.object({
  name: z.string(),
  group: z.enum(["text", "number", "date", "logic", "list"]),
  call: z.string(),
  about: z.string(),
});

const checkRoute = defineRoute({
  method: "post",
  path: "/api/v2/reports/expressions/check",
  access: "read",
  tags,
  summary: "Check an expression against a form, and try it on a response",
  description: "An expression that is wrong is no failure of the request: the reply says `ok: false` and where.",
  request: { body: jsonBody(Check, { form_id: "frm_01jd3x0000abcdefghjkmnpqrs", expression: "{{score}} * 10" }) },
  responses: { 200: json(CheckView, "Whether it can be worked out, its type, its value, its mistakes") },
});

const functionsRoute = defineRoute({
  method: "get",
  path: "/api/v2/reports/expressions/functions",
  access: "read",
  tags,
  summary: "Every function that an expression can use",
  responses: { 200: json(z.object({ functions: z.array(FunctionView) }), "By group, then by name") },
});

export const expressions = newApp()
  .openapi(checkRoute, async (c) => {
    const { form_id: formId, expression, response_id: responseId, timezone } = c.req.valid("json");
    return c.json(await checkExpression(c.get("ctx"), { formId, expression, responseId, timezone }), 200);
  })
  .openapi(functionsRoute, (c) => c.json({ functions: listFunctions() }, 200));
