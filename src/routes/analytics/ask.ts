import { z } from "@hono/zod-openapi";
import { askWorkspace, MAX_FORMS, viewOf } from "../../analytics";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { AnswerMeta, AnswerRows, metaView } from "./query";

const Body = z.unknown().openapi("WorkspaceQuery", {
  type: "object",
  required: ["aggregate"],
  description:
    `A query with \`forms\`: at most ${MAX_FORMS} ids, or left out for every form that has the fields; \`form\` can be grouped by. Or with ` +
    "`join`: two forms and the field that they share; fields are then called by the side's name, as in `signup.data.plan`.",
  additionalProperties: true,
  properties: {
    forms: { type: "array", items: { type: "string" }, maxItems: MAX_FORMS },
    join: {
      type: "array",
      minItems: 2,
      maxItems: 2,
      items: {
        type: "object",
        required: ["form", "as", "key"],
        properties: {
          form: { type: "string" },
          as: { type: "string", pattern: "^[a-z][a-z0-9_]{0,31}$" },
          key: { type: "string" },
          filter: { type: "object", additionalProperties: true },
        },
      },
    },
    aggregate: { type: "string" },
  },
});

const route = defineRoute({
  method: "post",
  path: "/api/v2/analytics/query",
  access: "read",
  tags: ["Analytics"],
  summary: "Ask a question of several forms",
  description:
    "The query language over forms that share a field, or over pairs of responses of two forms that share the value of a key field.",
  request: { body: jsonBody(Body, { aggregate: "count", group_by: ["form", "status"] }) },
  responses: {
    200: json(
      z.object({
        ...AnswerRows,
        meta: AnswerMeta.extend({ forms: z.array(z.string()).openapi({ description: "Those that were asked." }) }),
      }),
      "The answer",
    ),
  },
});

export const ask = newApp().openapi(route, async (c) => {
  const answer = await askWorkspace(c.get("ctx"), c.req.valid("json"));
  if (!answer.current) c.header("X-Stale", "true");
  c.header("Cache-Control", "private, no-store");
  return c.json({ ...viewOf(answer.query, answer.rows), meta: { ...metaView(answer), forms: answer.forms } }, 200);
});
