// Questions asked of D1. Paths and values travel as parameters; of a question nothing but checked shapes becomes text.

import { withTimeLimit } from "../../shared/time-limit";
import type { Condition, FieldRef } from "../conditions";
import type { QuestionStore, RollupPart, RollupQuestion, Total, TotalQuestion, Walk } from "../questions";
import { parsePage, READ_BYTES, ROW_END } from "../read-page";
import { conditionSql } from "./condition-sql";
import type { Statement } from "./responses";

const TOO_LONG = /SQLITE_TOOBIG|too big/i;

interface PageRow {
  page: string | null;
  bytes: number | null;
}

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
    total: async (walk, question, limitMs) => {
      const [row] = await withTimeLimit("A question", limitMs, all<Total>(totalStatement(walk, question)));
      return { n: row?.n ?? 0, value: row?.value ?? null };
    },
    read: async (walk, condition, fields, limitMs) => {
      try {
        const [row] = await withTimeLimit("A reading", limitMs, all<PageRow>(readStatement(walk, condition, fields)));
        return (row?.bytes ?? 0) > READ_BYTES ? null : parsePage(row?.page ?? null);
      } catch (error) {
        if (error instanceof Error && TOO_LONG.test(error.message)) return null;
        throw error;
      }
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

export function totalStatement(walk: Walk, question: TotalQuestion): Statement {
  const { values, bind, from, where } = selecting(walk, question.condition);
  const source = `FROM ${from} WHERE ${where.join(" AND ")}`;
  if (question.part === "rows") return { sql: `SELECT count(*) AS n, NULL AS value ${source}`, values };
  const added = { sum: "sum", least: "min", greatest: "max" }[question.part];
  // Without the limit SQLite would put the expression wherever it is used and read each answer several times.
  const found = `(SELECT ${valueSql(question.field, question.counted, bind)} AS x ${source} LIMIT -1)`;
  const x = question.counted === "texts" ? "x" : "CASE WHEN typeof(x) IN ('integer', 'real') THEN x END";
  return { sql: `SELECT count(${x}) AS n, ${added}(${x}) AS value FROM ${found}`, values };
}

/** One value of a response; a list or an object would come out as its text. */
function valueSql(field: FieldRef, counted: "numbers" | "texts" | "booleans", bind: (value: string | number) => string): string {
  if (field.in === "column") return field.name;
  const path = bind(jsonPath(field.path));
  const value = `json_extract(r.${field.in}, ${path})`;
  if (counted === "texts") return `CASE WHEN json_type(r.${field.in}, ${path}) = 'text' THEN ${value} END`;
  return field.kind === "boolean" ? `CASE ${value} WHEN 1 THEN 1 WHEN 0 THEN 0 END` : value;
}

/** A page as one text of JSON: a row for each response takes D1 and whoever reads it several times as long. */
export function readStatement(walk: Walk, condition: Condition, fields: readonly FieldRef[]): Statement {
  const { values, bind, from, where } = selecting(walk, condition);
  // As JSON, in which true is not 1.
  const members = fields.map((field) => (field.in === "column" ? field.name : `r.${field.in} -> ${bind(jsonPath(field.path))}`));
  const page = `SELECT group_concat(json_array(${members.join(", ")}), '${ROW_END}') AS page FROM ${from} WHERE ${where.join(" AND ")} LIMIT -1`;
  // D1 makes no longer text, and says so; a host without that limit still has to spare whoever reads it.
  return {
    sql: `SELECT CASE WHEN octet_length(page) <= ${READ_BYTES} THEN page END AS page, octet_length(page) AS bytes FROM (${page})`,
    values,
  };
}

function selecting(walk: Walk, condition: Condition) {
  const values: Statement["values"] = [];
  const bind = (value: string | number) => `?${values.push(value)}`;
  const { from, where } = walkSql(walk, bind);
  where.push(`workspace_id = ${bind(walk.workspaceId)}`);
  const written = conditionSql(condition, `?${values.length + 1}`);
  if (written.values.length > 0) bind(JSON.stringify(written.values));
  where.push(written.sql);
  return { values, bind, from, where };
}

function jsonPath(path: readonly string[]): string {
  return `$.${path.map((name) => JSON.stringify(name)).join(".")}`;
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
