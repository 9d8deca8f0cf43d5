// Calculated columns: what somebody wants worked out beside the answers, checked against every version of the form.
import {
  calculateAll,
  compileExpression,
  ExpressionLimitError,
  evaluate,
  type OrderedField,
  orderCalculated,
  type Problem,
  type Scope,
  type TypeName,
  type Value,
} from "../expressions";
import { type FormSchema, getForm, listSchemas, responseScope, responseValues, typesOfCalculated } from "../forms";
import { assertCan, type ServiceContext } from "../shared/context";
import { InvalidError, type Issue } from "../shared/errors";
import { isTimeZone } from "../shared/wall-clock";
import type { ResponseRow } from "../store";
import { getResponse } from "./get";

export const MAX_CALCULATED = 50;

export interface CalculatedColumn {
  name: string;
  label?: string;
  expression: string;
}

export interface CompiledColumns {
  columns: { name: string; label: string; type: TypeName }[];
  /** What they are for one response, by name; null where it cannot be worked out. */
  valuesOf(row: ResponseRow): Record<string, Value>;
}

/** The draft counts too: an expression is checked while its form is still being made. */
export async function scopeOfForm(ctx: ServiceContext, formId: string): Promise<{ scope: Scope; newest: FormSchema; timezone: string }> {
  assertCan(ctx, "read");
  const form = await getForm(ctx, formId);
  const schemas = [...(await listSchemas(ctx, form.id)), form.schema];
  const newest = schemas.at(form.version > 0 ? -2 : -1) ?? form.schema;
  return { scope: responseScope(schemas, typesOfCalculated), newest, timezone: newest.settings?.timezone ?? "UTC" };
}

/** Throws where they do not check, with the place in the input: `path` is what the caller calls the list. */
export async function compileColumns(
  ctx: ServiceContext,
  formId: string,
  wanted: readonly CalculatedColumn[],
  options: { timezone?: string; path: string },
): Promise<CompiledColumns> {
  if (wanted.length === 0) return { columns: [], valuesOf: () => ({}) };
  assertTimeZone(options.timezone);
  const { scope, newest, timezone } = await scopeOfForm(ctx, formId);
  const ordered = orderOrRefuse(wanted, scope, options.path);
  const moment = { now: ctx.now(), timezone: options.timezone ?? timezone };
  const typeOf = new Map(ordered.map(({ name, type }) => [name, type.kind]));
  return {
    columns: wanted.map(({ name, label }) => ({ name, label: label ?? name, type: typeOf.get(name) ?? "any" })),
    valuesOf: (row) => ({ ...calculateAll(ordered, responseValues(row, newest), moment) }),
  };
}

function orderOrRefuse(wanted: readonly CalculatedColumn[], scope: Scope, path: string): OrderedField[] {
  const issues: Issue[] = [];
  const seen = new Set<string>();
  wanted.forEach(({ name }, at) => {
    if (seen.has(name))
      issues.push({ path: `${path}.${at}.name`, code: "duplicate_name", message: "Another calculated field has this name." });
    seen.add(name);
  });
  if (wanted.length > MAX_CALCULATED) issues.push({ path, code: "too_many", message: `At most ${MAX_CALCULATED} calculated fields.` });
  const result = issues.length > 0 ? null : orderCalculated(wanted, scope);
  if (result?.ok) return result.ordered;
  for (const { field, code, message, offset } of result?.errors ?? []) {
    const at = wanted.findIndex(({ name }) => name === field);
    issues.push({ path: `${path}.${at}.expression`, code, message: code === "cycle" ? message : `At character ${offset + 1}: ${message}` });
  }
  throw new InvalidError("A calculated field cannot be worked out; `errors` says which and why.", issues, "invalid_expression");
}

function assertTimeZone(timezone: string | undefined): void {
  if (timezone === undefined || isTimeZone(timezone)) return;
  const message = "Use an IANA name such as Europe/Berlin.";
  throw new InvalidError("There is no such time zone.", [{ path: "timezone", code: "unknown_timezone", message }], "unknown_timezone");
}

export interface ExpressionCheck {
  ok: boolean;
  type: TypeName | null;
  /** For the response that was named; null without one. */
  value: Value;
  errors: Problem[];
}

export async function checkExpression(
  ctx: ServiceContext,
  input: { formId: string; expression: string; responseId?: string; timezone?: string },
): Promise<ExpressionCheck> {
  assertCan(ctx, "read");
  assertTimeZone(input.timezone);
  const { scope, newest, timezone } = await scopeOfForm(ctx, input.formId);
  const result = compileExpression(input.expression, scope);
  if (!result.ok) return { ok: false, type: null, value: null, errors: result.errors };
  const checked: ExpressionCheck = { ok: true, type: result.type.kind, value: null, errors: [] };
  if (input.responseId === undefined) return checked;
  const { value: row } = await getResponse(ctx, input.formId, input.responseId);
  try {
    return {
      ...checked,
      value: evaluate(result.expression, responseValues(row, newest), { now: ctx.now(), timezone: input.timezone ?? timezone }),
    };
  } catch (error) {
    if (!(error instanceof ExpressionLimitError)) throw error;
    return { ...checked, ok: false, errors: [{ message: error.message, offset: 0 }] };
  }
}
