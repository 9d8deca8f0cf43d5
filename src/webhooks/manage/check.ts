// Whether an endpoint can be as somebody wants it: everything is said at once, with its path.
import { describeFields, getForm } from "../../forms";
import { parseFilter } from "../../responses";
import type { WorkspaceContext } from "../../shared/context";
import { destinationPolicy, judgeDestination } from "../../shared/destination";
import { DomainError, InvalidError, type Issue } from "../../shared/errors";
import { whyBadHeaders } from "../custom-headers";
import type { EventType } from "../event-types";
import { fieldsOf } from "../events/targets";
import { MAX_TEMPLATE_BYTES } from "../limits";
import { compileBody } from "../payload/body";

export interface WebhookFields {
  url: string;
  formId: string | null;
  events: EventType[];
  template: unknown;
  headers: Record<string, string>;
  filter: Record<string, unknown> | null;
  redact: string[];
}

export async function refuseBad(ctx: WorkspaceContext, input: Partial<WebhookFields> & Pick<WebhookFields, "formId">): Promise<void> {
  const issues: Issue[] = [];
  if (input.url !== undefined) {
    const verdict = judgeDestination(input.url, destinationPolicy(ctx.env));
    if (!verdict.ok) issues.push({ path: "url", message: verdict.message, code: "bad_destination" });
  }
  if (input.template !== undefined && input.template !== null) issues.push(...whyBadTemplate(input.template));
  if (input.headers !== undefined) issues.push(...whyBadHeaders(input.headers));
  if (input.formId !== null) issues.push(...(await whyNoForm(ctx, input.formId)));
  if (input.filter !== undefined && input.filter !== null && issues.every(({ path }) => path !== "form_id")) {
    issues.push(...(await whyBadFilter(ctx, input.filter, input.formId)));
  }
  if (issues.length > 0) {
    const reason = issues.every(({ code }) => code === "bad_destination") ? ("bad_destination" as const) : undefined;
    throw new InvalidError("The endpoint cannot work like this; `errors` says why.", issues, reason);
  }
}

export function whyBadTemplate(template: unknown): Issue[] {
  const size = new TextEncoder().encode(JSON.stringify(template)).byteLength;
  if (size > MAX_TEMPLATE_BYTES) return [{ path: "template", message: "A template is at most 32 KB.", code: "too_large" }];
  const compiled = compileBody(template);
  if (compiled.ok) return [];
  return compiled.errors.map(({ path, message, offset }) => ({
    path: path === "" ? "template" : `template.${path}`,
    message: offset > 0 ? `${message} (at character ${offset + 1})` : message,
    code: "bad_template",
  }));
}

async function whyNoForm(ctx: WorkspaceContext, formId: string): Promise<Issue[]> {
  try {
    await getForm(ctx, formId);
    return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return [{ path: "form_id", message: "There is no such form in this workspace.", code: "unknown_form" }];
  }
}

async function whyBadFilter(ctx: WorkspaceContext, filter: Record<string, unknown>, formId: string | null): Promise<Issue[]> {
  // Without a form there are no fields, but `status`, `submitted_at` and `meta` can be asked of any response.
  const fields = formId === null ? [] : [...(await fieldsOf(ctx, formId)), ...(await draftFields(ctx, formId))];
  try {
    parseFilter(filter, fields);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    return [...(error.details.issues ?? [])];
  }
}

/** A form that was never published has fields too. */
async function draftFields(ctx: WorkspaceContext, formId: string) {
  return describeFields((await getForm(ctx, formId)).schema);
}
