// Trying an endpoint out: one attempt now, and what a template makes of a response.
import { getResponse } from "../responses";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { fetchDestination } from "../shared/destination-fetch";
import { InvalidError } from "../shared/errors";
import { newId } from "../shared/ids";
import { openPrimaryStore } from "../store";
import { type EventType, isResponseEvent } from "./event-types";
import { eventTypeOf, readRange, type TracedEntry } from "./events/read-entries";
import { attemptRequest } from "./lane/request";
import { ADD_ATTEMPTS, type Result } from "./lane/store";
import { whyBadTemplate } from "./manage/check";
import { loadWebhook } from "./manage/endpoints";
import { compileBody, type EventBody, entryBody, type FormFacts, renderBody } from "./payload/body";
import { formFacts } from "./payload/contents";
import { EXCHANGE_LIMITS, judge, KEPT_CHARACTERS } from "./schedule";
import { openHeaders, openKeys } from "./secrets";

// Nothing but its form's ledger knows a response that has not settled, and which form that is, is the question. It settles soon.
const LOOKS = 5;
const BETWEEN_LOOKS_MS = 150;

export interface Tried {
  delivered: boolean;
  deliveryId: string;
  eventType: EventType;
  status: number | null;
  durationMs: number;
  error: string | null;
  response: string | null;
  body: string;
}

/** Sends one made-up event, once. It counts for nothing: no retry, no dead letter, no health. */
export async function testWebhook(ctx: ServiceContext, id: string, type?: EventType): Promise<Tried> {
  assertCan(ctx, "write");
  const row = await loadWebhook(ctx, id);
  const eventType = type ?? (row.events[0] as EventType);
  const now = ctx.now();
  const event = { ...sampleEvent(ctx, eventType, row.formId, now), test: true };
  const template = row.template === null ? null : compileBody(row.template);
  const form = (await formFacts(ctx, row.formId)) ?? SAMPLE_FORM;
  const body = renderBody(event, { redact: row.redact, template: template?.ok ? template.template : null }, form, now);
  const deliveryId = newId("delivery", now);
  const endpoint = {
    id,
    url: row.url,
    headers: await openHeaders(ctx.env, row.headers),
    keys: await openKeys(ctx.env, row, now),
  };
  const request = await attemptRequest(endpoint, { deliveryId, eventType, number: 1, at: now }, body);
  const exchange = await fetchDestination(ctx.env, request, EXCHANGE_LIMITS);
  const { outcome, status, error } = judge(exchange, ctx.now());
  const response = exchange.kind === "answered" ? new TextDecoder().decode(exchange.body).slice(0, KEPT_CHARACTERS) : null;
  const { durationMs } = exchange;
  const attempt = {
    id: deliveryId,
    eventType,
    attempt: 1,
    at: now,
    durationMs,
    outcome,
    status,
    error,
    response,
  } satisfies Partial<Result>;
  await ctx.env.DB.prepare(ADD_ATTEMPTS)
    .bind(JSON.stringify([attempt]), id, ctx.workspaceId)
    .run();
  return { delivered: outcome === "delivered", deliveryId, eventType, status, durationMs, error, response, body };
}

export interface PreviewInput {
  template: unknown;
  formId?: string;
  responseId?: string;
  sample?: Record<string, unknown>;
}

/** The payload as it would be sent, as JSON. */
export async function previewTemplate(ctx: ServiceContext, input: PreviewInput): Promise<unknown> {
  assertCan(ctx, "read");
  const issues = input.template === null ? [] : whyBadTemplate(input.template);
  if (issues.length > 0) throw new InvalidError("The template cannot be filled in; `errors` says where.", issues);
  const { event, form } = await previewEvent(ctx, input);
  const compiled = input.template === null ? null : compileBody(input.template);
  const shape = { redact: [], template: compiled?.ok ? compiled.template : null };
  try {
    return JSON.parse(renderBody(event, shape, form, ctx.now()));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new InvalidError("The template would make too much.", [{ path: "template", message: error.message, code: "bad_template" }]);
  }
}

async function previewEvent(ctx: WorkspaceContext, input: PreviewInput): Promise<{ event: EventBody; form: FormFacts }> {
  if (input.responseId === undefined) {
    const event = sampleEvent(ctx, "response.submitted", input.formId ?? null, ctx.now());
    const form = (await formFacts(ctx, input.formId ?? null)) ?? SAMPLE_FORM;
    return { event: { ...event, data: { ...event.data, data: input.sample ?? SAMPLE_ANSWERS } }, form };
  }
  const { formId, traced } = await findResponse(ctx, input.responseId, input.formId);
  const type = eventTypeOf(traced.entry) ?? "response.submitted";
  return { event: entryBody(ctx.workspaceId, formId, type, traced), form: (await formFacts(ctx, formId)) ?? SAMPLE_FORM };
}

/** By its id alone, or within a form; current either way. */
async function findResponse(ctx: WorkspaceContext, responseId: string, formId?: string): Promise<{ formId: string; traced: TracedEntry }> {
  const inForm = formId ?? (await formOfResponse(ctx, responseId));
  const { value: row } = await getResponse(ctx, inForm, responseId);
  const [traced] = await readRange(ctx, { formId: row.formId, shard: row.shard, fromSeq: row.lastSeq, toSeq: row.lastSeq }, true);
  if (traced === undefined) throw new InvalidError("The response cannot be read just now.", []);
  return { formId: row.formId, traced };
}

async function formOfResponse(ctx: WorkspaceContext, responseId: string): Promise<string> {
  for (let look = 0; look < LOOKS; look++) {
    const found = await openPrimaryStore(ctx.env).formOfResponse(ctx.workspaceId, responseId);
    if (found !== null) return found;
    await new Promise((done) => setTimeout(done, BETWEEN_LOOKS_MS));
  }
  throw new InvalidError("There is no such response in this workspace.", [
    {
      path: "response_id",
      message: "It was not found. One just submitted is found when `form_id` is given as well.",
      code: "unknown_response",
    },
  ]);
}

const SAMPLE_ANSWERS = { name: "Ada Lovelace", email: "ada@example.com", rating: 5, comment: "Lovely." };
const SAMPLE_FORM: FormFacts = { id: "frm_sample", title: "Customer feedback", slug: "customer-feedback" };

function sampleEvent(ctx: WorkspaceContext, type: EventType, formId: string | null, now: number): EventBody {
  const at = new Date(now).toISOString();
  const form = formId ?? SAMPLE_FORM.id;
  const base = { id: newId("event", now), type, occurred_at: at, workspace_id: ctx.workspaceId, form_id: form };
  if (!isResponseEvent(type)) return { ...base, data: { ...SAMPLE_FORM, id: form, version: 1, status: "published" } };
  const hash = "0".repeat(64);
  const response = {
    id: newId("response", now),
    form_id: form,
    form_version: 1,
    status: type === "response.deleted" ? "deleted" : "complete",
    submitted_at: at,
    started_at: null,
    updated_at: at,
    deleted_at: type === "response.deleted" ? at : null,
    erased_at: null,
    duration_seconds: null,
    data: SAMPLE_ANSWERS,
    meta: {},
    seq: 1,
    position: "0:1",
    revision: 1,
  };
  return { ...base, form_seq: 1, form_position: "0:1", prev_hash: hash, hash, data: response };
}
