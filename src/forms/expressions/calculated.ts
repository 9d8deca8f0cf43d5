// pure, and also in the browser. A form's calculated fields, compiled once for each version of it.
import { ANY, compileExpression, type Expression, evaluate, objectOf, type Problem, type Type } from "../../expressions";
import type { Field, FormSchema } from "../definition/types";
import { type FieldInfo, indexForm } from "../fields";
import { type CalculatedTypes, fieldScope } from "./scope";

export type Calculate = (field: Field, data: Record<string, unknown>) => unknown;

export interface CalculatedProblem extends Problem {
  field: string;
}

interface CompiledForm {
  expressions: ReadonlyMap<string, Expression>;
  types: CalculatedTypes;
  problems: readonly CalculatedProblem[];
}

const NONE: CompiledForm = { expressions: new Map(), types: new Map(), problems: [] };
const known = new WeakMap<FormSchema, CompiledForm>();
/** What a cell, a counter and a comparison can hold. */
const PLAIN: ReadonlySet<string> = new Set(["text", "number", "boolean", "date", "datetime", "time", "any"]);

export function compileCalculated(schema: FormSchema): CompiledForm {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const fields = [...indexForm(schema).anyNamed.values()].filter(({ field }) => field.type === "calculated");
  const compiled = fields.length === 0 ? NONE : compileAll(schema, fields);
  known.set(schema, compiled);
  return compiled;
}

/** How `evaluateAnswers` works out calculated fields; undefined when the form has none, and nothing is asked of it. */
export function calculateFor(schema: FormSchema, now: number, timezone?: string): Calculate | undefined {
  const { expressions } = compileCalculated(schema);
  if (expressions.size === 0) return undefined;
  const moment = { now, timezone: timezone ?? schema.settings?.timezone ?? "UTC" };
  const submittedAt = new Date(now).toISOString();
  return (field, data) => {
    const expression = expressions.get(field.name);
    return expression === undefined ? undefined : evaluate(expression, { submitted_at: submittedAt, ...data, data }, moment);
  };
}

export function typesOfCalculated(schema: FormSchema): CalculatedTypes {
  return compileCalculated(schema).types;
}

/** Each after those it needs, so that a type flows on. Circles are found by the check of the whole form, together with its rules. */
function compileAll(schema: FormSchema, fields: readonly FieldInfo[]): CompiledForm {
  const expressions = new Map<string, Expression>();
  const types = new Map<string, Type>();
  const problems: CalculatedProblem[] = [];
  const begun = new Set<FieldInfo>();

  const visit = (info: FieldInfo): void => {
    if (begun.has(info)) return;
    begun.add(info);
    const { name, expression: source = "" } = info.field;
    const untyped = compileExpression(source, objectOf(fieldScope(schema, info, new Map())));
    if (untyped.ok) for (const other of fields) if (other !== info && mentions(untyped.expression, other)) visit(other);
    const scope = fieldScope(schema, info, types);
    scope.delete(name);
    const result = compileExpression(source, objectOf(scope));
    if (result.ok && PLAIN.has(result.type.kind)) {
      expressions.set(name, result.expression);
      types.set(name, result.type);
    } else if (result.ok) {
      problems.push({ field: name, offset: 0, message: "The result has to be one value: join(), count() or sum() make one of a list." });
    } else problems.push(...result.errors.map((error) => ({ ...error, field: name })));
    if (!types.has(name)) types.set(name, ANY);
  };
  for (const info of fields) visit(info);
  return { expressions, types, problems };
}

/** By its own name, by a group around it, or by `data`, which holds all. */
function mentions({ names }: Expression, info: FieldInfo): boolean {
  if (names.has("data")) return true;
  for (let at: FieldInfo | null = info; at !== null; at = at.parent) if (names.has(at.field.name)) return true;
  return false;
}
