// One text for all ways of writing the same question.
import { toHex } from "../../shared/crypto";
import type { Condition } from "../../store";
import type { Query } from "./types";

export function hashQuery(query: Query): Promise<string> {
  return hashText(queryText(query));
}

export async function hashText(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).subarray(0, 16));
}

export function queryText(query: Query): string {
  return JSON.stringify({ ...query, condition: sorted(query.condition) });
}

/** The order of what must hold together does not matter; that of a list of values neither. */
function sorted(condition: Condition): Condition {
  switch (condition.op) {
    case "and":
    case "or": {
      const of = condition.of.map(sorted).map((part) => [JSON.stringify(part), part] as const);
      return { op: condition.op, of: of.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, part]) => part) };
    }
    case "not":
      return { op: "not", of: sorted(condition.of) };
    case "in":
      return { ...condition, values: [...new Set(condition.values)].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) };
    default:
      return condition;
  }
}
