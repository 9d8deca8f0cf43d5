// Questions asked of D1. Paths and values travel as parameters; of a question nothing but checked shapes becomes text.

import { withTimeLimit } from "../../shared/time-limit";
import type { Condition, FieldRef } from "../conditions";
import {
  type QuestionStore,
  type RollupPart,
  type RollupQuestion,
  type StoreGroup,
  type StorePart,
  type StoreQuestion,
  timeKeySql,
  type Walk,
} from "../questions";
import { conditionSql } from "./condition-sql";
import type { Statement } from "./responses";

export function openD1Questions(db: D1Database): QuestionStore {
  const all = async <T>({ sql, values }: Statement) =>
    (
      await db
        .prepare(sql)
        .bind(...values)
        .all<T>()
    ).results;
  return {
    step: async (walk, limit) => {
      const [row] = await all<{ rows: number; last: string | null; first: number; latest: number }>(stepStatement(walk, limit));
      return { rows: row?.rows ?? 0, last: row?.last == null ? null : JSON.parse(row.last), span: [row?.first ?? 0, row?.latest ?? 0] };
    },
    ask: async (walk, question, limitMs) => {
      const rows = await withTimeLimit("A question", limitMs, all<Record<string, string | number | null>>(askStatement(walk, question)));
      return rows.map((row): StorePart => {
        const group = question.groups.map((_, i) => row[`g${i}`] ?? null);
        return { group, n: Number(row.n ?? 0), value: row.v ?? null };
      });
    },
    read: async (walk, condition, fields, limitMs) => {
      const rows = await withTimeLimit("A reading", limitMs, all<Record<string, unknown>>(readStatement(walk, condition, fields)));
      return rows.map((row) =>
        fields.map((field, i) => {
          const value = row[`f${i}`];
          return typeof value === "string" && field.in !== "column" ? JSON.parse(value) : (value ?? undefined);
        }),
      );
    },
    rollups: async (question) =>
      (await all<Omit<RollupPart, "loose"> & { loose: number }>(rollupStatement(question))).map((row) => ({
        ...row,
        loose: row.loose === 1,
      })),
  };
}

// Both indexes hold only what is not deleted. Named, because a plan that takes another one reads every row of the form.
function walkSql(walk: Walk, bind: (value: string | number) => string) {
  const where = [`form_id = ${bind(walk.formId)}`, "deleted_at IS NULL"];
  if (walk.status !== null) where.push(`status = ${bind(walk.status)}`);
  if (walk.after !== null) where.push(`(submitted_at, seq, shard) > (${walk.after.map(bind).join(", ")})`);
  if (walk.upTo !== null) where.push(`(submitted_at, seq, shard) <= (${walk.upTo.map(bind).join(", ")})`);
  const from = `responses AS r INDEXED BY ${walk.status === null ? "responses_by_time" : "responses_by_status"}`;
  return { from, where };
}

export function stepStatement(walk: Walk, limit: number): Statement {
  const values: Statement["values"] = [];
  const bind = (value: string | number) => `?${values.push(value)}`;
  const { from, where } = walkSql(walk, bind);
  // The index knows no workspace; the mark does, which every ledger has. Not EXISTS: SQLite makes a join of it and sorts the rows.
  where.push(`(SELECT count(*) FROM ledger_marks m WHERE m.form_id = ?1 AND m.workspace_id = ${bind(walk.workspaceId)}) > 0`);
  const most = bind(limit);
  const source = `FROM ${from} WHERE ${where.join(" AND ")}`;
  // A page that goes on has as many rows as were asked for; only the last one is counted.
  const sql = `WITH page AS MATERIALIZED (SELECT (SELECT json_array(submitted_at, seq, shard) FROM
      (SELECT submitted_at, seq, shard ${source} ORDER BY submitted_at, seq, shard LIMIT 1 OFFSET ${most} - 1)) AS last)
    SELECT last, CASE WHEN last IS NULL THEN (SELECT count(*) FROM (SELECT 1 ${source} LIMIT ${most})) ELSE ${most} END AS rows,
      (SELECT submitted_at ${source} ORDER BY submitted_at, seq, shard LIMIT 1) AS first,
      (SELECT submitted_at ${source} ORDER BY submitted_at DESC, seq DESC, shard DESC LIMIT 1) AS latest
    FROM page`;
  return { sql, values };
}

export function askStatement(walk: Walk, question: StoreQuestion): Statement {
  const values: Statement["values"] = [];
  const bind = (value: string | number) => `?${values.push(value)}`;
  const { from, where } = walkSql(walk, bind);
  where.push(`workspace_id = ${bind(walk.workspaceId)}`);
  const sources = [from];
  const inner = question.groups.map((group, i) => `${groupSql(group, `m${i}`, { bind, sources })} AS g${i}`);
  if (question.field !== null) inner.push(`${valueSql(question.field, "mv", { bind, sources }, "LEFT JOIN")} AS raw`);
  const condition = conditionSql(question.condition, `?${values.length + 1}`);
  if (condition.values.length > 0) bind(JSON.stringify(condition.values));
  where.push(condition.sql);
  // Without the limit SQLite would put the expressions wherever they are used and read each answer several times.
  const rows = `(SELECT ${inner.length === 0 ? "1" : inner.join(", ")} FROM ${sources.join(" ")} WHERE ${where.join(" AND ")} LIMIT -1)`;
  const names = question.groups.map((_, i) => `g${i}`);
  const { columns, alsoBy } = partSql(question);
  const by = [...names, ...alsoBy];
  const grouped = by.length === 0 ? "" : ` GROUP BY ${by.join(", ")}`;
  return { sql: `SELECT ${[...names, ...columns].join(", ")} FROM ${rows}${grouped}`, values };
}

export function readStatement(walk: Walk, condition: Condition, fields: readonly FieldRef[]): Statement {
  const values: Statement["values"] = [];
  const bind = (value: string | number) => `?${values.push(value)}`;
  const { from, where } = walkSql(walk, bind);
  where.push(`workspace_id = ${bind(walk.workspaceId)}`);
  // As JSON text, in which true is not 1.
  const columns = fields.map(
    (field, i) => `${field.in === "column" ? field.name : `r.${field.in} -> ${bind(jsonPath(field.path))}`} AS f${i}`,
  );
  const written = conditionSql(condition, `?${values.length + 1}`);
  if (written.values.length > 0) bind(JSON.stringify(written.values));
  where.push(written.sql);
  return { sql: `SELECT ${columns.join(", ")} FROM ${from} WHERE ${where.join(" AND ")} ORDER BY submitted_at, seq, shard`, values };
}

function jsonPath(path: readonly string[]): string {
  return `$.${path.map((name) => JSON.stringify(name)).join(".")}`;
}

interface Building {
  bind: (value: string | number) => string;
  sources: string[];
}

function partSql({ part, counted }: StoreQuestion): { columns: string[]; alsoBy: string[] } {
  const types = { numbers: "('integer', 'real')", texts: "('text')", booleans: "('integer', 'real')", all: null }[counted];
  const value = types === null ? "raw" : `CASE WHEN typeof(raw) IN ${types} THEN raw END`;
  switch (part) {
    case "rows":
      return { columns: ["count(*) AS n"], alsoBy: [] };
    case "sum":
      return { columns: [`count(${value}) AS n`, `sum(${value}) AS v`], alsoBy: [] };
    case "least":
      return { columns: ["count(*) AS n", `min(${value}) AS v`], alsoBy: [] };
    case "greatest":
      return { columns: ["count(*) AS n", `max(${value}) AS v`], alsoBy: [] };
    case "values":
      return { columns: ["count(*) AS n", `${value} AS v`], alsoBy: ["v"] };
  }
}

function groupSql(group: StoreGroup, alias: string, building: Building): string {
  if (group.by === "value") return valueSql(group.field, alias, building);
  return timeKeySql(group);
}

/** `JOIN` where a response without a value is in no group, `LEFT JOIN` where it is one without a value. */
function valueSql(field: FieldRef, alias: string, { bind, sources }: Building, join: "JOIN" | "LEFT JOIN" = "JOIN"): string {
  if (field.in === "column") return field.name;
  const path = bind(jsonPath(field.path));
  const document = `r.${field.in}`;
  if (field.kind === "list" || field.kind === "object") {
    // Each different value once a response; a response without one is still a response.
    const first = `(${alias}.key = 0 OR NOT EXISTS (SELECT 1 FROM json_each(${document}, ${path}) e WHERE e.id < ${alias}.id AND e.value = ${alias}.value))`;
    sources.push(`${join} json_each(${document}, ${path}) AS ${alias} ON ${alias}.type NOT IN ('array', 'object', 'null') AND ${first}`);
    return `${alias}.value`;
  }
  const value = `json_extract(${document}, ${path})`;
  if (field.kind === "boolean") return `CASE ${value} WHEN 1 THEN 1 WHEN 0 THEN 0 END`;
  // A list or an object would come out as its text.
  return `CASE WHEN json_type(${document}, ${path}) NOT IN ('array', 'object') THEN ${value} END`;
}

export function rollupStatement({ formId, field, values: wanted, from, to, by }: RollupQuestion): Statement {
  const values: Statement["values"] = [];
  const bind = (value: string | number) => `?${values.push(value)}`;
  const where = [`form_id = ${bind(formId)}`, `field = ${bind(field)}`];
  if (from !== null) where.push(`day >= ${bind(from)}`);
  if (to !== null) where.push(`day <= ${bind(to)}`);
  if (wanted === "answered") where.push("value = ''");
  else if (wanted === "given") where.push("value <> ''");
  else where.push(`value IN (SELECT value FROM json_each(${bind(JSON.stringify(wanted))}))`);
  const column = (name: "day" | "value") => (by.includes(name) ? name : `NULL AS ${name}`);
  const sql = `SELECT ${column("day")}, ${column("value")}, coalesce(sum(count), 0) AS count, coalesce(sum(sum), 0) AS sum, min(min) AS min,
      max(max) AS max, coalesce(max(loose), 0) AS loose, count(*) AS rows
    FROM response_rollups WHERE ${where.join(" AND ")}${by.length === 0 ? "" : ` GROUP BY ${by.join(", ")}`}`;
  return { sql, values };
}
