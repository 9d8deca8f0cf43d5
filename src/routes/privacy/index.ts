import { z } from "@hono/zod-openapi";
import {
  downloadPersonExport,
  findPerson,
  getPrivacyRequest,
  getRetention,
  listPrivacyRequests,
  type PrivacyRequest,
  requestForPerson,
  setRetention,
} from "../../privacy";
import { plainText } from "../../shared/text";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { IdParam, isoTime, ListQuery, listOf } from "../wire";

// For admins who are people: this looks through everything, and what it erases is gone.
const common = { access: "manage" as const, tags: ["Privacy"] };
const MAX_DAYS = 36_500;

const PersonInput = z.object({
  value: plainText(500)
    .min(1)
    .openapi({ description: "What they answered: an e-mail address, a number, a name. Upper and lower case are alike." }),
  field: z.string().max(300).optional().openapi({ description: "Only as the answer to this field; to any field when absent." }),
  anywhere: z.boolean().default(false).openapi({ description: "Also where it is part of a longer text." }),
});

const RequestView = z
  .object({
    id: z.string(),
    kind: z.enum(["erase", "export"]),
    status: z.enum(["running", "done"]).openapi({ description: "Its job says how far it is, or why it failed." }),
    job_id: z.string(),
    report: z.record(z.string(), z.unknown()).nullable().openapi({ description: "How much there was; never of whom." }),
    download_until: z.iso.datetime().nullable(),
    created_by: z.string(),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  })
  .openapi("PrivacyRequest");

const Days = z.number().int().min(1).max(MAX_DAYS).nullable().default(null);
const RetentionShape = z
  .object({
    answers_days: Days.openapi({ description: "Answers are erased this many days after they were submitted; null: never." }),
    partial_days: Days.openapi({ description: "The same for what was begun and not finished." }),
    deleted_days: Days.openapi({ description: "What lies in the bin is erased this many days after it was deleted." }),
  })
  .strict()
  .openapi("Retention", { example: { answers_days: 730, partial_days: 30, deleted_days: 30 } });

const findRoute = defineRoute({
  ...common,
  method: "post",
  path: "/api/v2/privacy/find",
  summary: "How much is kept of a person",
  request: { body: jsonBody(PersonInput.strict().openapi("PersonInput"), { value: "ada@example.com" }) },
  responses: {
    200: json(
      z.object({
        total: z.number().int(),
        forms: z.array(z.object({ form_id: z.string(), title: z.string(), responses: z.number().int() })),
      }),
      "Form by form, the bin included",
    ),
  },
});
const requestRoute = defineRoute({
  ...common,
  method: "post",
  path: "/api/v2/privacy/requests",
  summary: "Erase a person, or export all that is kept of them",
  description:
    "Erasing goes through the ledger: answers, their old versions and whatever was made of them are gone, and every count says so; that there was a response, and the chain, stay.",
  request: {
    body: jsonBody(
      PersonInput.extend({ kind: z.enum(["erase", "export"]) })
        .strict()
        .openapi("PrivacyRequestInput"),
      {
        kind: "export",
        value: "ada@example.com",
      },
    ),
  },
  responses: { 202: json(RequestView, "It is being worked on") },
});
const listRoute = defineRoute({
  ...common,
  method: "get",
  path: "/api/v2/privacy/requests",
  summary: "List privacy requests, newest first",
  request: { query: ListQuery },
  responses: { 200: json(listOf("requests", RequestView), "A page of requests") },
});
const getRoute = defineRoute({
  ...common,
  method: "get",
  path: "/api/v2/privacy/requests/{id}",
  summary: "One privacy request",
  request: { params: IdParam },
  responses: { 200: json(RequestView, "The request") },
});
const downloadRoute = defineRoute({
  ...common,
  method: "get",
  path: "/api/v2/privacy/requests/{id}/download",
  summary: "Everything that is kept of the person, for a week",
  request: { params: IdParam },
  responses: {
    200: { description: "The file", content: { "application/json": { schema: { type: "object" } } } },
    410: { description: "A week has passed" },
  },
});
const getRetentionRoute = defineRoute({
  method: "get",
  path: "/api/v1/forms/{id}/retention",
  access: "read",
  tags: ["Privacy"],
  summary: "How long a form keeps its answers",
  request: { params: IdParam },
  responses: { 200: json(RetentionShape, "In days; null: for ever") },
});
const setRetentionRoute = defineRoute({
  ...common,
  method: "put",
  path: "/api/v1/forms/{id}/retention",
  summary: "Say how long a form keeps its answers",
  description: "Every night, what is older is erased for good.",
  request: { params: IdParam, body: jsonBody(RetentionShape, { answers_days: 730, partial_days: 30, deleted_days: 30 }) },
  responses: { 200: json(RetentionShape, "As it is from now on") },
});

export const privacy = newApp()
  .openapi(findRoute, async (c) => {
    const found = await findPerson(c.get("ctx"), c.req.valid("json"));
    const total = found.reduce((sum, { responses }) => sum + responses, 0);
    return c.json({ total, forms: found.map(({ formId, title, responses }) => ({ form_id: formId, title, responses })) }, 200);
  })
  .openapi(requestRoute, async (c) => {
    const { kind, ...person } = c.req.valid("json");
    return c.json(toView(await requestForPerson(c.get("ctx"), kind, person)), 202);
  })
  .openapi(listRoute, async (c) => {
    const { items, nextCursor } = await listPrivacyRequests(c.get("ctx"), c.req.valid("query"));
    return c.json({ requests: items.map(toView), next_cursor: nextCursor }, 200);
  })
  .openapi(getRoute, async (c) => c.json(toView(await getPrivacyRequest(c.get("ctx"), c.req.valid("param").id)), 200))
  .openapi(downloadRoute, async (c) => {
    const { id } = c.req.valid("param");
    const body = await downloadPersonExport(c.get("ctx"), id);
    const headers = { "Content-Type": "application/json", "Content-Disposition": `attachment; filename="${id}.json"` };
    return c.body(body, 200, { ...headers, "Cache-Control": "no-store" });
  })
  .openapi(getRetentionRoute, async (c) => {
    const { answersDays, partialDays, deletedDays } = await getRetention(c.get("ctx"), c.req.valid("param").id);
    return c.json({ answers_days: answersDays, partial_days: partialDays, deleted_days: deletedDays }, 200);
  })
  .openapi(setRetentionRoute, async (c) => {
    const days = c.req.valid("json");
    await setRetention(c.get("ctx"), c.req.valid("param").id, {
      answersDays: days.answers_days,
      partialDays: days.partial_days,
      deletedDays: days.deleted_days,
    });
    return c.json(days, 200);
  });

function toView(request: PrivacyRequest): z.infer<typeof RequestView> {
  return {
    id: request.id,
    kind: request.kind,
    status: request.finishedAt === null ? "running" : "done",
    job_id: request.jobId,
    report: (request.report as Record<string, unknown> | null) ?? null,
    download_until: isoTime(request.expiresAt),
    created_by: request.createdBy,
    created_at: isoTime(request.createdAt),
    finished_at: isoTime(request.finishedAt),
  };
}
