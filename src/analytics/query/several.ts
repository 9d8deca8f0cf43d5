// A question over several forms that share its fields: each form is asked as if alone, and the parts are added up as one.
import { cached } from "../../cache";
import { listForms } from "../../forms";
import { type FormBarrier, passBarrier } from "../../responses";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { type DomainError, InvalidError } from "../../shared/errors";
import { columnsInto } from "../columns/execute";
import { type AnalysedForm, loadAnalysedForm } from "../form";
import { Accumulator, grouping, type Sink } from "./accumulator";
import { type Answer, planAt } from "./ask";
import { liveInto, rollupInto } from "./counters";
import { deadlineAt, QUERY_LIMIT_MS, withinDeadline } from "./deadline";
import { type KnownFields, knownFields } from "./fields";
import { hashText, queryText } from "./hash";
import { askJoined } from "./join";
import { object, parseQuery, refuse } from "./parse";
import type { Execution, Plan, PlanName } from "./plan";
import { scanInto } from "./scan";
import type { Group, Query, QueryResult } from "./types";

export const MAX_FORMS = 20;
/** Of these, the newest, those are asked that have the fields. */
const MAX_LOOKED_AT = 100;
const KEPT_SECONDS = 600;
const FORM = "form";
/** Stands where the form's id is put; nothing reads its place. */
const FORM_GROUP: Group = { by: "value", name: FORM, ref: { in: "column", name: "status", kind: "text" }, type: null, most: 1 };

export async function askWorkspace(ctx: ServiceContext, input: unknown): Promise<Answer & { forms: string[] }> {
  assertCan(ctx, "read");
  const asked = object(input, "", "A query is an object.");
  return "join" in asked ? askJoined(ctx, asked) : askSeveral(ctx, asked);
}

interface Part {
  form: AnalysedForm;
  known: KnownFields;
  query: Query;
}

async function askSeveral(ctx: WorkspaceContext, asked: Record<string, unknown>): Promise<Answer & { forms: string[] }> {
  const startedAt = ctx.now();
  const deadline = deadlineAt(() => ctx.now(), startedAt + QUERY_LIMIT_MS);
  const { forms, ...rest } = asked;
  const { inner, place, sortsByForm } = withoutForm(rest);
  const parts = await partsOf(ctx, forms, inner);
  const query = wholeQuery(parts[0]?.query as Query, place, sortsByForm ? rest.sort : undefined);
  const barriers = await Promise.all(parts.map(({ form }) => passBarrier(ctx, form.formId, form.settings)));
  const current = barriers.every((barrier) => barrier.current);
  const queryHash = await hashText(JSON.stringify([queryText(query), parts.map(({ form }) => form.formId)]));
  const where = await hashText(barriers.map(({ position }) => position).join(";"));
  const found = await cached(
    ctx,
    { key: `query:${ctx.workspaceId}:forms:${queryHash}:${where}`, tags: [], ttlSeconds: KEPT_SECONDS, staleSeconds: 0, bypass: !current },
    () => withinDeadline(deadline, () => run(ctx, parts, query, place, barriers, deadline)),
  );
  const about = { cached: found.state.startsWith("HIT"), elapsedMs: ctx.now() - startedAt, queryHash, current };
  return { ...found.value, query, ...about, forms: parts.map(({ form }) => form.formId) };
}

async function run(
  ctx: WorkspaceContext,
  parts: readonly Part[],
  query: Query,
  place: number | null,
  barriers: readonly FormBarrier[],
  deadline: Execution["deadline"],
): Promise<QueryResult & { plan: PlanName }> {
  const accumulator = new Accumulator(query);
  const plans = new Set<PlanName>();
  let scanned = 0;
  for (const [i, { form, known, query: own }] of parts.entries()) {
    deadline.assertTime();
    const barrier = barriers[i];
    if (barrier === undefined) throw new Error("Impossible: every form has passed its barrier");
    const { position } = barrier;
    const sink = place === null ? accumulator : grouping(accumulator, place, form.formId);
    const execution: Execution = { ctx, form, query: own, position, deadline };
    const plan = planAt(own, known, barrier);
    const rows = await into(sink, execution, plan);
    plans.add(rows === null ? "scan" : plan.plan);
    scanned += rows ?? (await scanInto(sink, execution));
  }
  const slowest = (["scan", "columns", "rollup", "live"] as const).find((name) => plans.has(name)) ?? "scan";
  return { ...accumulator.finish(scanned), plan: slowest };
}

/** Null: this plan cannot hand over parts, or cannot answer after all. */
function into(sink: Sink, execution: Execution, plan: Plan): Promise<number | null> {
  switch (plan.plan) {
    case "live":
      return liveInto(sink, execution, plan);
    case "rollup":
      return rollupInto(sink, execution, plan);
    case "columns":
      return columnsInto(sink, execution);
    case "scan":
      return Promise.resolve(null);
  }
}

/** `form` may be grouped and sorted by like a field; no form knows of it. */
function withoutForm(asked: Record<string, unknown>): { inner: Record<string, unknown>; place: number | null; sortsByForm: boolean } {
  const groups = Array.isArray(asked.group_by) ? asked.group_by : asked.group_by === undefined ? [] : [asked.group_by];
  const place = groups.indexOf(FORM);
  const sortsByForm = asked.sort !== null && typeof asked.sort === "object" && (asked.sort as { field?: unknown }).field === FORM;
  if (place === -1) return { inner: asked, place: null, sortsByForm: false };
  if (groups.length > 3) throw refuse("group_by", "invalid_query", "Group by at most 3 fields.");
  const inner = { ...asked, group_by: groups.filter((_, i) => i !== place) };
  return { inner: sortsByForm ? { ...inner, sort: { ...(asked.sort as object), field: "value" } } : inner, place, sortsByForm };
}

function wholeQuery(own: Query, place: number | null, sort: unknown): Query {
  if (place === null) return own;
  const groups = [...own.groups.slice(0, place), FORM_GROUP, ...own.groups.slice(place)];
  if (sort !== undefined) return { ...own, groups, sort: { by: place, desc: own.sort.desc } };
  const { by, desc } = own.sort;
  return { ...own, groups, sort: { by: by === "value" || by < place ? by : by + 1, desc } };
}

async function partsOf(ctx: WorkspaceContext, forms: unknown, inner: Record<string, unknown>): Promise<Part[]> {
  if (forms === undefined || forms === null) return everyForm(ctx, inner);
  if (
    !Array.isArray(forms) ||
    forms.length === 0 ||
    forms.length > MAX_FORMS ||
    !forms.every((id) => typeof id === "string" && id.length <= 64)
  )
    throw refuse("forms", "invalid_query", `Name 1 to ${MAX_FORMS} forms, or leave it out to ask all that have the fields.`);
  const parts: Part[] = [];
  for (const [i, id] of forms.entries()) {
    const form = await loadAnalysedForm(ctx, id);
    if (parts.some((part) => part.form.formId === form.formId)) throw refuse(`forms.${i}`, "invalid_query", "This form is named twice.");
    const known = await knownFields(ctx, form.formId);
    parts.push({ form, known, query: inWords(() => parseQuery(inner, known.fields), `In the form ${id}: `) });
  }
  return parts;
}

/** The newest forms of the workspace that have all the fields that are asked about. */
async function everyForm(ctx: WorkspaceContext, inner: Record<string, unknown>): Promise<Part[]> {
  const parts: Part[] = [];
  let lacking: DomainError | null = null;
  const { items } = await listForms(ctx, { limit: MAX_LOOKED_AT });
  for (const { id, version } of items) {
    if (version === 0) continue;
    const form = await loadAnalysedForm(ctx, id);
    const known = await knownFields(ctx, form.formId);
    try {
      parts.push({ form, known, query: parseQuery(inner, known.fields) });
    } catch (error) {
      // Another form may have the field, or have it as a number.
      if (!(error instanceof InvalidError) || !["unknown_field", "wrong_field_type"].includes(error.details.reason ?? "")) throw error;
      lacking = error;
    }
    if (parts.length > MAX_FORMS)
      throw refuse("forms", "invalid_query", `More than ${MAX_FORMS} forms have these fields; name those that you mean.`);
  }
  if (parts.length > 0) return parts;
  throw lacking ?? refuse("forms", "invalid_query", "The workspace has no published form yet.");
}

function inWords<T>(parse: () => T, prefix: string): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    const issues = (error.details.issues ?? []).map((issue) => ({ ...issue, message: prefix + issue.message }));
    throw new InvalidError(prefix + error.message, issues, error.details.reason);
  }
}
