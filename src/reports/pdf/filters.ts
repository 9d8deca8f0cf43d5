// pure. A filter of the query language in words, and the stretch of time it asks for.
import type { FieldDescription } from "../../forms";
import { labelOf } from "./answers";
import type { Writing } from "./writing";

const OPERATORS: Readonly<Record<string, string>> = {
  $eq: "is",
  $ne: "is not",
  $gt: "is more than",
  $gte: "is at least",
  $lt: "is less than",
  $lte: "is at most",
  $in: "is one of",
  $nin: "is none of",
  $contains: "contains",
};
const TIMES: Readonly<Record<string, string>> = { $gt: "after", $gte: "from", $lt: "before", $lte: "until" };
const MAX_SENTENCES = 20;
const MAX_VALUES = 6;

export function filtersInWords(filter: unknown, fields: readonly FieldDescription[], writing: Writing): string[] {
  const known = new Map(fields.map((field) => [field.path, field]));
  return sentences(filter).slice(0, MAX_SENTENCES);

  function sentences(node: unknown): string[] {
    if (!isObject(node)) return [];
    return Object.entries(node).flatMap(([name, value]) => {
      if (name === "$and" && Array.isArray(value)) return value.flatMap(sentences);
      if (name === "$or" && Array.isArray(value)) return [value.map((one) => sentences(one).join(" and ")).join("; or ")];
      if (name === "$not") return [`Not: ${sentences(value).join(" and ")}`];
      return [ofField(name, isObject(value) ? value : { $eq: value })];
    });
  }

  function ofField(name: string, operators: Record<string, unknown>): string {
    const field = known.get(name.startsWith("data.") ? name.slice("data.".length) : name);
    const label = field?.label ?? systemName(name);
    return Object.entries(operators)
      .map(([operator, operand], i) => {
        const subject = i === 0 ? `${label} ` : "";
        if (operator === "$exists") return `${subject}${operand === true ? "is answered" : "is not answered"}`;
        if (name === "submitted_at" && TIMES[operator] !== undefined) return `${subject}${TIMES[operator]} ${timeText(operand)}`;
        if (operator === "$not" && isObject(operand)) return `${subject}not (${ofField("", operand).trim()})`;
        return `${subject}${OPERATORS[operator] ?? operator} ${valuesText(operand, field)}`;
      })
      .join(", ");
  }

  function valuesText(operand: unknown, field: FieldDescription | undefined): string {
    const all = [operand].flat();
    const shown = all
      .slice(0, MAX_VALUES)
      .map((value) => (value === null ? "nothing" : `“${labelOf(field?.options, value) || String(value)}”`));
    return shown.join(", ") + (all.length > MAX_VALUES ? ` and ${all.length - MAX_VALUES} more` : "");
  }

  function timeText(operand: unknown): string {
    const time = timeOf(operand);
    return time === null ? String(operand) : writing.dateTime(time).replace(/,? (at )?00:00$/, "");
  }
}

export interface Period {
  from: number;
  /** Not included. */
  to: number;
}

/** Only a filter that bounds the time on both sides has a period before it. A missing end is now. */
export function periodOf(filter: unknown, now: number): Period | null {
  let from: number | null = null;
  let to: number | null = null;
  for (const part of topLevel(filter)) {
    const asked = part.submitted_at;
    if (!isObject(asked)) continue;
    for (const [operator, operand] of Object.entries(asked)) {
      const time = timeOf(operand);
      if (time === null) continue;
      if (operator === "$gte" || operator === "$gt") from = Math.max(from ?? time, time);
      if (operator === "$lt" || operator === "$lte") to = Math.min(to ?? time, operator === "$lte" ? time + 1 : time);
    }
  }
  if (from === null) return null;
  const end = Math.min(to ?? now, Math.max(now, from + 1));
  return end > from ? { from, to: end } : null;
}

/** The same question about as long a time before. */
export function filterBefore(filter: unknown, { from, to }: Period): Record<string, unknown> {
  const without = (node: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(node).flatMap(([name, value]) => {
        if (name === "submitted_at") return [];
        if (name === "$and" && Array.isArray(value)) {
          const rest = value
            .filter(isObject)
            .map(without)
            .filter((part) => Object.keys(part).length > 0);
          return rest.length === 0 ? [] : [[name, rest]];
        }
        return [[name, value]];
      }),
    );
  const start = new Date(from - (to - from)).toISOString();
  return { ...(isObject(filter) ? without(filter) : {}), submitted_at: { $gte: start, $lt: new Date(from).toISOString() } };
}

function* topLevel(filter: unknown): Generator<Record<string, unknown>> {
  if (!isObject(filter)) return;
  yield filter;
  if (Array.isArray(filter.$and)) for (const part of filter.$and) yield* topLevel(part);
}

function systemName(name: string): string {
  const names: Record<string, string> = { submitted_at: "Submitted", status: "Status", form_version: "Form version" };
  return names[name] ?? name.replace(/^meta\./, "").replace(/^\w/, (letter) => letter.toUpperCase());
}

function timeOf(operand: unknown): number | null {
  const time = typeof operand === "string" ? Date.parse(/T\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(operand) ? `${operand}Z` : operand) : operand;
  return typeof time === "number" && Number.isFinite(time) ? time : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
