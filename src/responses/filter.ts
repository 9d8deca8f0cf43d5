// The query language's filter: from JSON that anybody sent to a checked condition. Pure; nothing in it ever becomes SQL text.
import type { FieldDescription } from "../forms";
import { InvalidError } from "../shared/errors";
import type { ErrorReason } from "../shared/reasons";
import type { Condition, FieldRef, Scalar } from "../store";
import { fieldFinder } from "./find-field";

export const MAX_DEPTH = 5;
const MAX_CONDITIONS = 50;
export const MAX_VALUES = 1_000;
const MAX_TEXT = 2_000;

const OPERATORS: ReadonlySet<string> = new Set(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$contains"]);
const ALLOWED = `Use ${[...OPERATORS].join(", ")}, $and, $or or $not.`;

/** `path`: where the filter stands in what was sent. */
export function parseFilter(filter: unknown, fields: readonly FieldDescription[], path = "filter"): Condition {
  let conditions = 0;
  const findField = fieldFinder(fields);
  return members(filter, path, 1);

  function members(node: unknown, path: string, depth: number): Condition {
    if (depth > MAX_DEPTH) throw refuse(path, "too_deep", `A filter has at most ${MAX_DEPTH} levels.`);
    if (!isObject(node)) throw refuse(path, "invalid_filter", "A filter is an object of fields and operators.");
    const entries = Object.entries(node);
    // Nothing at all asks nothing, but a long list of nothings is long.
    if (entries.length === 0) count(path);
    const of = entries.map(([name, value]) => member(name, value, `${path}.${name}`, depth));
    return of.length === 1 && of[0] !== undefined ? of[0] : { op: "and", of };
  }

  function member(name: string, value: unknown, path: string, depth: number): Condition {
    if (name === "$and" || name === "$or") {
      if (!Array.isArray(value) || value.length === 0) throw refuse(path, "invalid_filter", `${name} takes a list of filters.`);
      if (value.length > MAX_CONDITIONS) throw refuse(path, "too_many_conditions", `A filter has at most ${MAX_CONDITIONS} conditions.`);
      return { op: name === "$and" ? "and" : "or", of: value.map((part, i) => members(part, `${path}.${i}`, depth + 1)) };
    }
    if (name === "$not") return { op: "not", of: members(value, path, depth + 1) };
    if (name.startsWith("$")) throw refuse(path, "operator_not_allowed", `There is no operator ${name.slice(0, 40)}. ${ALLOWED}`);
    const field = findField(name, path).ref;
    if (!isObject(value)) return condition(field, "$eq", value, path, depth);
    const of = Object.entries(value).map(([operator, operand]) => condition(field, operator, operand, `${path}.${operator}`, depth));
    if (of.length === 0) throw refuse(path, "invalid_filter", "Say what the field is compared with.");
    return of.length === 1 && of[0] !== undefined ? of[0] : { op: "and", of };
  }

  function count(path: string): void {
    conditions += 1;
    if (conditions > MAX_CONDITIONS) throw refuse(path, "too_many_conditions", `A filter has at most ${MAX_CONDITIONS} conditions.`);
  }

  function condition(field: FieldRef, operator: string, operand: unknown, path: string, depth: number): Condition {
    if (operator === "$not") {
      if (!isObject(operand)) throw refuse(path, "invalid_filter", "$not takes an object of operators.");
      if (depth + 1 > MAX_DEPTH) throw refuse(path, "too_deep", `A filter has at most ${MAX_DEPTH} levels.`);
      const of = Object.entries(operand).map(([name, value]) => condition(field, name, value, `${path}.${name}`, depth + 1));
      if (of.length === 0) throw refuse(path, "invalid_filter", "Say what the field is compared with.");
      return { op: "not", of: { op: "and", of } };
    }
    if (!OPERATORS.has(operator)) throw refuse(path, "operator_not_allowed", `There is no operator ${operator.slice(0, 40)}. ${ALLOWED}`);
    count(path);
    switch (operator) {
      case "$eq":
        return { op: "compare", field, by: "eq", value: scalar(field, operand, path) };
      case "$ne":
        return { op: "not", of: { op: "compare", field, by: "eq", value: scalar(field, operand, path) } };
      case "$in":
        return { op: "in", field, values: list(field, operand, path) };
      case "$nin":
        return { op: "not", of: { op: "in", field, values: list(field, operand, path) } };
      case "$exists":
        if (typeof operand !== "boolean") throw refuse(path, "invalid_value", "$exists takes true or false.");
        return { op: "exists", field, exists: operand };
      case "$contains":
        return { op: "contains", field, value: scalar(field, operand, path) };
      default: {
        const value = scalar(field, operand, path);
        if (value === null) throw refuse(path, "invalid_value", `${operator} needs a value.`);
        return { op: "compare", field, by: operator.slice(1) as "gt" | "gte" | "lt" | "lte", value };
      }
    }
  }
}

function list(field: FieldRef, operand: unknown, path: string): Scalar[] {
  if (!Array.isArray(operand)) throw refuse(path, "invalid_value", "This takes a list of values.");
  if (operand.length > MAX_VALUES) throw refuse(path, "too_many_values", `A list has at most ${MAX_VALUES} values.`);
  return operand.map((value, i) => scalar(field, value, `${path}.${i}`));
}

function scalar(field: FieldRef, value: unknown, path: string): Scalar {
  if (value === null) return null;
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    throw refuse(path, "invalid_value", "This takes a text, a number, true or false, or null.");
  }
  if (typeof value === "string" && value.length > MAX_TEXT) throw refuse(path, "invalid_value", `At most ${MAX_TEXT} characters.`);
  switch (field.kind) {
    case "time":
      return instant(value, path);
    case "number": {
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      if (typeof number !== "number" || !Number.isFinite(number)) throw refuse(path, "invalid_value", "This field holds numbers.");
      return number;
    }
    case "boolean":
      if (value === true || value === "true") return true;
      if (value === false || value === "false") return false;
      throw refuse(path, "invalid_value", "This field is true or false.");
    default:
      return String(value);
  }
}

const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

function instant(value: string | number | boolean, path: string): number {
  const time =
    typeof value === "string" && ISO.test(value)
      ? Date.parse(/T.*(Z|[+-]\d{2}:\d{2})$/.test(value) || value.length === 10 ? value : `${value}Z`)
      : value;
  if (typeof time !== "number" || Number.isNaN(time))
    throw refuse(path, "invalid_value", "This is a time, such as 2026-01-31 or 2026-01-31T09:00:00Z.");
  return time;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function refuse(path: string, code: ErrorReason, message: string): InvalidError {
  return new InvalidError(message, [{ path, message, code }], code);
}
