// A condition as SQL for jsonb, with the meaning it has in D1 (store/d1/condition-sql.ts): true and false count as 1 and 0, null is
// missing, text is compared by bytes, another type never matches.
import type { Condition, FieldRef, Scalar } from "../conditions";
import { type Parameter, storable } from "./connection";

const SAFE_NAME = /^[a-z][a-z0-9_]{0,63}$/;
const SIGNS = { eq: "=", gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;
const MEMBERS = "CASE jsonb_typeof(%) WHEN 'object' THEN '$.*'::jsonpath ELSE '$[*]'::jsonpath END";

/** `bind` puts a value among the parameters and says its name, such as `$5`. */
export function conditionSql(condition: Condition, bind: (value: Parameter) => string): string {
  return write(condition);

  function write(node: Condition): string {
    switch (node.op) {
      case "and":
        return node.of.length === 0 ? "TRUE" : `(${node.of.map(write).join(" AND ")})`;
      case "or":
        return node.of.length === 0 ? "FALSE" : `(${node.of.map(write).join(" OR ")})`;
      case "not":
        return `(NOT ${write(node.of)})`;
      case "exists":
        return node.exists ? `(NOT ${isMissing(node.field)})` : isMissing(node.field);
      case "compare": {
        const { value } = node;
        return value === null ? isMissing(node.field) : each(node.field, (x) => `${typed(x, value)} ${SIGNS[node.by]} ${one(x, value)}`);
      }
      case "in":
        return isOneOf(node.field, node.values);
      case "contains": {
        const { field, value } = node;
        if (field.kind === "list" && field.in !== "column")
          return value === null ? "FALSE" : each(field, (x) => `${typed(x, value)} = ${one(x, value)}`);
        return each(field, (x) => `strpos(lower(${asShown(x)}), lower(${bind(String(value))}::text COLLATE "C")) > 0`);
      }
    }
  }

  function one(x: Operand, value: Exclude<Scalar, null>): string {
    if (typeof value === "string") return `${bind(value)}::text`;
    // A whole number as such, so that a limit on submitted_at can use its index.
    return `${bind(Number(value))}::${x.column !== null && Number.isSafeInteger(value) ? "bigint" : "numeric"}`;
  }

  function isOneOf(field: FieldRef, values: readonly Scalar[]): string {
    const texts = values.filter((value) => typeof value === "string");
    const numbers = values.filter((value) => typeof value === "number" || typeof value === "boolean").map(Number);
    const found = each(field, (x) => {
      const sets: string[] = [];
      if (texts.length > 0) sets.push(`${typed(x, "")} IN (SELECT jsonb_array_elements_text(${json(texts.map(storable))}))`);
      if (numbers.length > 0) sets.push(`${typed(x, 0)} IN (SELECT jsonb_array_elements_text(${json(numbers)})::numeric)`);
      return sets.length === 0 ? "FALSE" : sets.map((set) => `coalesce(${set}, FALSE)`).join(" OR ");
    });
    return values.includes(null) ? `(${found} OR ${isMissing(field)})` : found;
  }

  function json(value: unknown): string {
    return `${bind(JSON.stringify(value))}::text::jsonb`;
  }
}

interface Operand {
  sql: string;
  /** Set for a column of ours, which has a type of its own. */
  column: "number" | "text" | null;
}

/** Any member of a list or an object may match; anything else is compared as it is. Never null, so that NOT means what it says. */
function each(field: FieldRef, test: (x: Operand) => string): string {
  if ((field.kind === "list" || field.kind === "object") && field.in !== "column") {
    const list = whole(field).sql;
    return `EXISTS (SELECT 1 FROM jsonb_path_query(${list}, ${MEMBERS.replace("%", list)}) m(value) WHERE ${test({ sql: "m.value", column: null })})`;
  }
  return `coalesce(${test(whole(field))}, FALSE)`;
}

/** The operand as the type of `like`; null when it is of another. */
function typed({ sql, column }: Operand, like: Exclude<Scalar, null>): string {
  const text = typeof like === "string";
  if (column !== null) return (column === "text") === text ? sql : `NULL::${text ? "text" : "numeric"}`;
  if (text) return `(CASE jsonb_typeof(${sql}) WHEN 'string' THEN ${sql} #>> '{}' END COLLATE "C")`;
  return `(CASE jsonb_typeof(${sql}) WHEN 'number' THEN ${sql}::numeric WHEN 'boolean' THEN ${sql}::boolean::integer::numeric END)`;
}

function asShown({ sql, column }: Operand): string {
  if (column !== null) return `${sql}::text COLLATE "C"`;
  return `(CASE jsonb_typeof(${sql}) WHEN 'string' THEN ${sql} #>> '{}' WHEN 'boolean' THEN ${sql}::boolean::integer::text WHEN 'null' THEN NULL ELSE ${sql}::text END COLLATE "C")`;
}

function isMissing(field: FieldRef): string {
  const { sql, column } = whole(field);
  return column !== null ? "FALSE" : `coalesce(jsonb_typeof(${sql}) = 'null', TRUE)`;
}

function whole(field: FieldRef): Operand {
  if (field.in === "column") return { sql: field.name, column: field.name === "status" ? "text" : "number" };
  for (const name of field.path) if (!SAFE_NAME.test(name)) throw new Error(`Not a field name: ${JSON.stringify(name)}`);
  return { sql: `(${field.in} #> '{${field.path.join(",")}}')`, column: null };
}
