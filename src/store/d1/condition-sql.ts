// A condition as SQL. Values travel in one JSON parameter, because D1 binds at most 100 to a statement; member names are put
// into the text, so they are checked again here, whoever called.
import type { Condition, FieldRef, Scalar } from "../conditions";

const SAFE_NAME = /^[a-z][a-z0-9_]{0,63}$/;

export interface ConditionSql {
  sql: string;
  /** For the parameter named by `parameter`. */
  values: unknown[];
}

/** `parameter` is the place of the JSON parameter in the statement, such as `?5`. */
export function conditionSql(condition: Condition, parameter: string): ConditionSql {
  const values: unknown[] = [];
  const bind = (value: unknown) => {
    values.push(value);
    return values.length - 1;
  };
  const scalar = (value: Scalar) => `(${parameter} ->> ${bind(value)})`;
  return { sql: write(condition), values };

  function write(node: Condition): string {
    switch (node.op) {
      case "and":
        return node.of.length === 0 ? "1" : `(${node.of.map(write).join(" AND ")})`;
      case "or":
        return node.of.length === 0 ? "0" : `(${node.of.map(write).join(" OR ")})`;
      case "not":
        return `(NOT ${write(node.of)})`;
      case "exists":
        return `(${whole(node.field)} IS ${node.exists ? "NOT " : ""}NULL)`;
      case "compare":
        if (node.value === null) return `(${whole(node.field)} IS NULL)`;
        return each(node.field, (x) => comparison(x, node.by, node.value), typeof node.value === "string");
      case "in": {
        const given = node.values.filter((value) => value !== null);
        const place = bind(given);
        const among = (x: string) => `${x} IN (SELECT value FROM json_each(${parameter}, '$[${place}]'))`;
        const listed = each(
          node.field,
          among,
          given.some((value) => typeof value === "string"),
        );
        return given.length < node.values.length ? `(${listed} OR ${whole(node.field)} IS NULL)` : listed;
      }
      case "contains":
        if (node.field.kind === "list" && node.field.in !== "column") return each(node.field, (x) => `${x} = ${scalar(node.value)}`);
        return each(node.field, (x) => `instr(lower(${x}), lower(${scalar(String(node.value))})) > 0`);
    }
  }

  /**
   * SQLite orders every number before every text; an answer of another type must not match by that accident. BETWEEN reads its left
   * side, which is the dear part, only once.
   */
  function comparison(x: string, by: "eq" | "gt" | "gte" | "lt" | "lte", value: Scalar): string {
    const given = scalar(value);
    switch (by) {
      case "eq":
        return `${x} = ${given}`;
      case "lt":
      case "lte": {
        const sign = by === "lt" ? "<" : "<=";
        if (typeof value !== "string") return `${x} ${sign} ${given}`;
        return by === "lte" ? `${x} BETWEEN '' AND ${given}` : `(${x} BETWEEN '' AND ${given} AND ${x} <> ${given})`;
      }
      default: {
        const sign = by === "gt" ? ">" : ">=";
        if (typeof value === "string") return `${x} ${sign} ${given}`;
        return by === "gte" ? `${x} BETWEEN ${given} AND 9e999` : `(${x} BETWEEN ${given} AND 9e999 AND ${x} <> ${given})`;
      }
    }
  }
}

/**
 * Any member of a list or an object may match; anything else is compared as it is. Never null, so that NOT means what it says. SQLite
 * shows a list or an object as its JSON, which is no text to compare with: among members such have no atom, and of one value its type
 * is looked at, last, because it is dear. CASE and not AND, which looks at both sides.
 */
function each(field: FieldRef, test: (x: string) => string, withText = false): string {
  if (field.in === "column") return `coalesce(${test(whole(field))}, 0)`;
  if (field.kind === "list" || field.kind === "object") {
    return `EXISTS (SELECT 1 FROM json_each(${field.in}, '${jsonPath(field.path)}') m WHERE ${test(withText ? "m.atom" : "m.value")})`;
  }
  if (!withText) return `coalesce(${test(whole(field))}, 0)`;
  return `CASE WHEN ${test(whole(field))} THEN json_type(${field.in}, '${jsonPath(field.path)}') NOT IN ('array', 'object') ELSE 0 END`;
}

function whole(field: FieldRef): string {
  // The plus takes away the column's type, which would turn a text into a number before comparing.
  return field.in === "column" ? `+${field.name}` : `json_extract(${field.in}, '${jsonPath(field.path)}')`;
}

function jsonPath(path: readonly string[]): string {
  for (const name of path) if (!SAFE_NAME.test(name)) throw new Error(`Not a field name: ${JSON.stringify(name)}`);
  return `$.${path.join(".")}`;
}
