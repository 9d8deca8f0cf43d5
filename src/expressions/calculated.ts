// pure. Calculated fields that build on each other: checked and put in an order in which each finds what it needs.
import { quoted } from "./names";
import { type Moment, Run, type Value } from "./run";
import { compileExpression, type Expression } from "./source";
import type { Problem } from "./tokens";
import { ANY, objectOf, type Scope, type Type } from "./types";

export interface CalculatedField {
  name: string;
  expression: string;
}

export interface OrderedField {
  name: string;
  type: Type;
  expression: Expression;
}

export type OrderResult =
  | { ok: true; ordered: OrderedField[]; scope: Scope }
  | { ok: false; errors: (Problem & { field: string; code: "bad_expression" | "cycle" })[] };

/** `scope` is what they may name besides each other; a calculated field hides one of the same name. */
export function orderCalculated(fields: readonly CalculatedField[], scope: Scope): OrderResult {
  const named = new Map(fields.map((field) => [field.name, field]));
  const open = objectOf(new Map([...scope.members, ...[...named.keys()].map((name) => [name, ANY] as const)]), scope.open);
  const needs = new Map<string, ReadonlySet<string>>();
  const errors: Extract<OrderResult, { ok: false }>["errors"] = [];
  for (const { name, expression } of fields) {
    const first = compileExpression(expression, open);
    if (first.ok) needs.set(name, first.expression.names);
    else errors.push(...first.errors.map((error) => ({ ...error, field: name, code: "bad_expression" as const })));
  }

  const members = new Map(scope.members);
  const ordered: OrderedField[] = [];
  let left = fields.filter(({ name }) => needs.has(name));
  while (left.length > 0) {
    const waiting = new Set(left.map(({ name }) => name));
    const ready = left.filter(({ name }) => ![...(needs.get(name) ?? [])].some((need) => waiting.has(need)));
    if (ready.length === 0) break;
    for (const { name, expression } of ready) {
      const result = compileExpression(expression, objectOf(members, scope.open));
      if (result.ok) {
        ordered.push({ name, type: result.type, expression: result.expression });
        members.set(name, result.type);
      } else {
        errors.push(...result.errors.map((error) => ({ ...error, field: name, code: "bad_expression" as const })));
        members.set(name, ANY);
      }
    }
    left = left.filter((field) => !ready.includes(field));
  }
  for (const { name } of left) {
    const circle = circleFrom(name, needs, new Set(left.map((field) => field.name)));
    if (circle !== null)
      errors.push({ field: name, code: "cycle", offset: 0, message: `It depends on itself: ${circle.map(quoted).join(" → ")}.` });
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, ordered, scope: objectOf(members, scope.open) };
}

/** Adds each calculated value to a copy of `values`. One that costs too much, or cannot be worked out, is nothing. */
export function calculateAll(
  ordered: readonly OrderedField[],
  values: Readonly<Record<string, unknown>>,
  moment: Moment,
): Record<string, Value> {
  const found: Record<string, Value> = Object.create(null);
  // Over the caller's own values, so that nothing of them is copied for each row.
  const all: Record<string, unknown> = Object.assign(Object.create(null), values);
  for (const { name, expression } of ordered) {
    const value = quietly(() => expression.run(new Run(all, moment)));
    found[name] = value;
    all[name] = value;
  }
  return found;
}

function quietly(work: () => Value): Value {
  try {
    return work();
  } catch {
    return null;
  }
}

function circleFrom(start: string, needs: ReadonlyMap<string, ReadonlySet<string>>, among: ReadonlySet<string>): string[] | null {
  const trail: string[] = [];
  let at: string | undefined = start;
  while (at !== undefined && !trail.includes(at)) {
    trail.push(at);
    at = [...(needs.get(at) ?? [])].find((need) => among.has(need));
  }
  return at === start ? [...trail, start] : null;
}
