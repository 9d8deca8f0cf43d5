// pure. Whether one response satisfies a condition: what both stores do in SQL, said once in plain code. Webhook filters and schedules
// ask it of a response in hand; tests hold the stores to it.
import type { Condition, FieldRef, ResponseRow, Scalar } from "../store";
import { compareText, membersOf, rawAt } from "./values";

export type MatchableRow = Pick<ResponseRow, "submittedAt" | "status" | "formVersion" | "meta" | "data">;

export function matchesCondition(condition: Condition, row: MatchableRow): boolean {
  switch (condition.op) {
    case "and":
      return condition.of.every((part) => matchesCondition(part, row));
    case "or":
      return condition.of.some((part) => matchesCondition(part, row));
    case "not":
      return !matchesCondition(condition.of, row);
    case "exists":
      return isMissing(condition.field, row) !== condition.exists;
    case "compare": {
      const { field, by, value } = condition;
      return value === null ? isMissing(field, row) : operands(field, row).some((given) => compares(given, by, value));
    }
    case "in": {
      const { field, values } = condition;
      if (values.includes(null) && isMissing(field, row)) return true;
      return operands(field, row).some((given) => values.some((value) => value !== null && compares(given, "eq", value)));
    }
    case "contains":
      return contains(condition.field, condition.value, row);
  }
}

function isMissing(field: FieldRef, row: MatchableRow): boolean {
  return (rawAt(field, row) ?? null) === null;
}

/** What a comparison is tried with: each member of a list or an object, anything else as it is. */
function operands(field: FieldRef, row: MatchableRow): unknown[] {
  const raw = rawAt(field, row);
  return field.in !== "column" && (field.kind === "list" || field.kind === "object") ? membersOf(raw) : [raw];
}

function compares(given: unknown, by: "eq" | "gt" | "gte" | "lt" | "lte", value: Exclude<Scalar, null>): boolean {
  const order = orderOf(given, value);
  if (order === null) return false;
  switch (by) {
    case "eq":
      return order === 0;
    case "gt":
      return order > 0;
    case "gte":
      return order >= 0;
    case "lt":
      return order < 0;
    case "lte":
      return order <= 0;
  }
}

/** True and false count as 1 and 0; of two types, neither is above the other. */
function orderOf(given: unknown, value: Exclude<Scalar, null>): number | null {
  if (typeof given === "string" && typeof value === "string") return compareText(given, value);
  if ((typeof given !== "number" && typeof given !== "boolean") || typeof value === "string") return null;
  return Number(given) - Number(value);
}

function contains(field: FieldRef, value: Scalar, row: MatchableRow): boolean {
  if (field.kind === "list" && field.in !== "column") {
    return value !== null && operands(field, row).some((given) => orderOf(given, value) === 0);
  }
  const wanted = lower(String(value));
  return operands(field, row).some((given) => (given ?? null) !== null && lower(asShown(given)).includes(wanted));
}

function asShown(given: unknown): string {
  if (typeof given === "string") return given;
  return typeof given === "boolean" ? String(Number(given)) : JSON.stringify(given);
}

/** Of ASCII letters alone, as both stores do it. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
