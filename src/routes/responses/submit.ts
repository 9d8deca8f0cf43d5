import { z } from "@hono/zod-openapi";
import { visitOf } from "../../middleware/visit-facts";
import { askValidators } from "../../plugins";
import { acceptResponse } from "../../responses";
import { InvalidError } from "../../shared/errors";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { isoTime } from "../wire";
import { Answers, FormIdParam } from "./shapes";

const MAX_META_MEMBERS = 20;
const MAX_KEY_LENGTH = 255;
const MetaValue = z.union([z.string().max(500), z.number(), z.boolean(), z.null()]);

const Submission = z
  .object({
    data: Answers,
    status: z.enum(["complete", "partial"]).default("complete"),
    started_at: z.iso.datetime({ offset: true }).optional().openapi({ description: "When the respondent began." }),
    resume_token: z.string().max(200).optional().openapi({ description: "Continues a partial response; answers are merged." }),
    start_token: z.string().max(200).optional().openapi({ description: "From `POST …/starts`." }),
    meta: z
      .record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/), MetaValue)
      .refine((meta) => Object.keys(meta).length <= MAX_META_MEMBERS, `At most ${MAX_META_MEMBERS} members.`)
      .optional(),
    turnstile_token: z.string().max(2_048).optional().openapi({ description: "Of the Turnstile widget, where the form asks for it." }),
    trap: z.string().max(1_000).optional().openapi({ description: "A person leaves this empty." }),
  })
  .strict()
  .openapi("Submission");

const SubmissionReceipt = z
  .object({
    id: z.string(),
    form_id: z.string(),
    form_version: z.number().int(),
    status: z.enum(["complete", "partial"]),
    submitted_at: z.iso.datetime(),
    data: Answers,
    seq: z.number().int(),
    position: z.string(),
    resume_token: z.string().optional().openapi({
      description:
        "Of a partial response: continues it for 30 days. Told again only to a repeat whose `Idempotency-Key` has 16 characters or more.",
    }),
  })
  .openapi("SubmissionReceipt");

// By hand: a schema for headers has all of them copied first, for each submit.
function usableKey(key: string | undefined): string | undefined {
  if (key === undefined || (key.length > 0 && key.length <= MAX_KEY_LENGTH)) return key;
  const message = `Use 1 to ${MAX_KEY_LENGTH} characters.`;
  throw new InvalidError("The Idempotency-Key is not usable.", [{ path: "idempotency-key", message, code: "bad_idempotency_key" }]);
}

const route = defineRoute({
  method: "post",
  path: "/api/v1/forms/{id}/responses",
  access: "public",
  ownIdempotency: true,
  tags: ["Responses"],
  summary: "Submit a response",
  description:
    "When this answers 201, the response is on disk, numbered and counted. Repeat it under the same `Idempotency-Key` as often as you like.",
  parameters: [
    { name: "idempotency-key", in: "header", required: false, schema: { type: "string", minLength: 1, maxLength: MAX_KEY_LENGTH } },
  ],
  request: {
    params: FormIdParam,
    body: jsonBody(Submission, { data: { score: 9 } }),
  },
  responses: {
    201: json(SubmissionReceipt, "Accepted"),
    409: { description: "A full quota, a duplicate, or an idempotency key used with another body" },
    410: { description: "The form is closed" },
  },
});

export const submit = newApp().openapi(route, async (c) => {
  const { data, status, started_at, resume_token, start_token, meta, trap, turnstile_token } = c.req.valid("json");
  const key = usableKey(c.req.header("Idempotency-Key"));
  const accepted = await acceptResponse(c.get("ctx"), {
    validators: askValidators,
    formId: c.req.valid("param").id,
    data,
    status,
    startedAt: started_at === undefined ? undefined : Date.parse(started_at),
    resumeToken: resume_token,
    startToken: start_token,
    meta,
    trap,
    humanToken: turnstile_token,
    idempotency: key === undefined ? undefined : { key, body: await c.req.text() },
    visit: visitOf(c),
  });
  if (accepted.replayed) c.header("Idempotency-Replayed", "true");
  return c.json(
    {
      id: accepted.id,
      form_id: accepted.formId,
      form_version: accepted.formVersion,
      status: accepted.status,
      submitted_at: isoTime(accepted.submittedAt),
      data: accepted.data,
      seq: accepted.seq,
      position: accepted.position,
      ...(accepted.resumeToken === null ? {} : { resume_token: accepted.resumeToken }),
    },
    201,
  );
});
