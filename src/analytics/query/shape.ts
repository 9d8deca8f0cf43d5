// pure. What a condition comes down to when it is simple: which status, which span of time, which one field. The rest is left over.
import type { Condition, ResponseStatus, WalkKey } from "../../store";

export interface Shape {
  /** Null: the condition does not fix it. */
  statuses: readonly ResponseStatus[] | null;
  /** Of `submitted_at`, in whole milliseconds: from included, to excluded. */
  from: number | null;
  to: number | null;
  /** What is neither of these. */
  rest: readonly Condition[];
}

const FARTHEST_MS = 8.64e15;

export function shapeOf(condition: Condition): Shape {
  let statuses: readonly ResponseStatus[] | null = null;
  let [from, to] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const rest: Condition[] = [];
  for (const part of flatten(condition)) {
    const wanted = statusesOf(part);
    const span = wanted === null ? spanOf(part) : null;
    if (wanted !== null) {
      const before: readonly ResponseStatus[] = statuses ?? wanted;
      statuses = wanted.filter((status) => before.includes(status));
    } else if (span !== null) {
      from = Math.max(from, span[0]);
      to = Math.min(to, span[1]);
    } else rest.push(part);
  }
  return { statuses, from: bound(from), to: bound(to), rest };
}

function bound(time: number): number | null {
  return Number.isFinite(time) ? Math.max(-FARTHEST_MS, Math.min(FARTHEST_MS, time)) : null;
}

function flatten(condition: Condition): Condition[] {
  return condition.op === "and" ? condition.of.flatMap(flatten) : [condition];
}

function statusesOf(part: Condition): ResponseStatus[] | null {
  if ((part.op !== "compare" && part.op !== "in") || part.field.in !== "column" || part.field.name !== "status") return null;
  if (part.op === "compare" && part.by !== "eq") return null;
  const values = part.op === "in" ? part.values : [part.value];
  return (["complete", "partial"] as const).filter((status) => values.includes(status));
}

function spanOf(part: Condition): [from: number, to: number] | null {
  if (part.op !== "compare" || part.field.in !== "column" || part.field.name !== "submitted_at" || typeof part.value !== "number")
    return null;
  const value = part.value;
  switch (part.by) {
    case "eq":
      return Number.isInteger(value) ? [value, value + 1] : [0, 0];
    case "gte":
      return [Math.ceil(value), Number.POSITIVE_INFINITY];
    case "gt":
      return [Math.floor(value) + 1, Number.POSITIVE_INFINITY];
    case "lt":
      return [Number.NEGATIVE_INFINITY, Math.ceil(value)];
    case "lte":
      return [Number.NEGATIVE_INFINITY, Math.floor(value) + 1];
  }
}

/** The key before everything that was submitted at that instant. */
export function keyBefore(time: number): WalkKey {
  return [time, -1, -1];
}
