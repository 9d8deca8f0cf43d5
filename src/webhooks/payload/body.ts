// What is sent: the event as JSON, or the endpoint's own template filled in with it. Pure.
import {
  ANY,
  compileTemplate,
  DATETIME,
  NUMBER,
  objectOf,
  renderTemplate,
  type Scope,
  TEXT,
  type Template,
  type TemplateProblem,
} from "../../expressions";
import type { TracedEntry } from "../events/read-entries";
import { entryEventId } from "../ids";

export interface EventBody {
  id: string;
  type: string;
  occurred_at: string;
  workspace_id: string;
  form_id: string | null;
  /** Of entries of a chain alone. */
  form_seq?: number;
  form_position?: string;
  prev_hash?: string;
  hash?: string;
  data: Record<string, unknown>;
}

export interface FormFacts {
  id: string;
  title: string;
  slug: string;
}

/** What may leave of the answers. */
export interface Shape {
  redact: readonly string[];
  template: Template | null;
}

export function entryBody(workspaceId: string, formId: string, type: string, traced: TracedEntry): EventBody {
  const { entry, prevHash } = traced;
  return {
    id: entryEventId(formId, entry.shard, entry.seq, entry.at),
    type,
    occurred_at: iso(entry.at),
    workspace_id: workspaceId,
    form_id: formId,
    form_seq: entry.seq,
    form_position: `${entry.shard}:${entry.seq}`,
    prev_hash: prevHash,
    hash: entry.hash,
    data: responseOf(formId, traced),
  };
}

/** The response as this entry left it, by the names it has in the API. */
function responseOf(formId: string, { entry, row }: TracedEntry): Record<string, unknown> {
  const deleted = entry.kind === "delete" || entry.kind === "erase";
  return {
    id: entry.responseId,
    form_id: formId,
    form_version: entry.formVersion,
    status: deleted ? "deleted" : entry.status,
    submitted_at: iso(entry.submittedAt),
    started_at: row?.startedAt == null ? null : iso(row.startedAt),
    updated_at: iso(entry.at),
    deleted_at: deleted ? iso(entry.at) : null,
    erased_at: row?.erasedAt == null ? null : iso(row.erasedAt),
    duration_seconds: row?.durationMs == null ? null : row.durationMs / 1_000,
    data: entry.erased ? {} : (entry.data ?? row?.data ?? {}),
    meta: entry.erased ? {} : (row?.meta ?? {}),
    seq: row?.seq ?? entry.seq,
    position: `${entry.shard}:${entry.seq}`,
    revision: entry.seq,
  };
}

export function redacted(body: EventBody, names: readonly string[]): EventBody {
  const answers = body.data.data;
  if (names.length === 0 || !isObject(answers)) return body;
  const kept = Object.fromEntries(Object.entries(answers).filter(([name]) => !names.includes(name)));
  return { ...body, data: { ...body.data, data: kept, redacted: names.filter((name) => Object.hasOwn(answers, name)) } };
}

export function renderBody(body: EventBody, shape: Shape, form: FormFacts | null, now: number): string {
  const safe = redacted(body, shape.redact);
  return JSON.stringify(shape.template === null ? safe : renderTemplate(shape.template, templateValues(safe, form), { now }));
}

/** `data.email` is the answer; the response around it is `response`, and also in `data` where no answer has the name. */
function templateValues(body: EventBody, form: FormFacts | null): Record<string, unknown> {
  const answers = isObject(body.data.data) ? body.data.data : {};
  return { ...body, form, response: body.data, data: { ...body.data, ...answers } };
}

const SCOPE: Scope = objectOf({
  id: TEXT,
  type: TEXT,
  occurred_at: DATETIME,
  workspace_id: TEXT,
  form_id: TEXT,
  form_seq: NUMBER,
  form_position: TEXT,
  prev_hash: TEXT,
  hash: TEXT,
  form: objectOf({ id: TEXT, title: TEXT, slug: TEXT }),
  response: objectOf({ data: ANY, submitted_at: DATETIME, updated_at: DATETIME, started_at: DATETIME, deleted_at: DATETIME }, true),
  // Answers of one form today and of another version tomorrow: what is not there renders as nothing.
  data: objectOf({}, true),
});

export function compileBody(template: unknown): { ok: true; template: Template } | { ok: false; errors: TemplateProblem[] } {
  return compileTemplate(template, SCOPE);
}

const iso = (at: number) => new Date(at).toISOString();

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
