// Questions asked of D1. Paths and values travel as parameters; of a question nothing but checked shapes becomes text.

import { withTimeLimit } from "../../shared/time-limit";
import type { Condition, FieldRef } from "../conditions";
import {
  type QuestionStore,
  READ_BYTES,
  type RollupPart,
  type RollupQuestion,
  type Total,
  type TotalQuestion,
  type Walk,
} from "../questions";
import { conditionSql } from "./condition-sql";
import type { Statement } from "./responses";

const TOO_LONG = /SQLITE_TOOBIG|too big/i;

/** Enough to tell how long answers are. */
const SAMPLE = 200;

export function openD1Questions(db: D1Database): QuestionStore {
  const all = async <T>({ sql, values }: Statement) =>
    (
      await db
        .prepare(sql)
        .bind(...values)
        .all<T>()
    ).results;
  return {
    outlook: async (walk, condition, fields) => {
      const [row] = await all<{ most: number; bytes: number; first: number; latest: number }>(outlookStatement(walk, condition, fields));
      return { most: row?.most ?? 0, bytesEach: row?.bytes ?? 0, span: [row?.first ?? 0, row?.latest ?? 0] };
    },
    step: async (walk, place) => {
      const [row] = await all<{ submitted_at: number; seq: number; shard: number }>(stepStatement(walk, place));
      return row === undefined ? null : [row.submitted_at, row.seq, row.shard];
    },
    total: async (walk, question, limitMs) => {
      const [row] = await withTimeLimit("A question", limitMs, all<Total>(totalStatement(walk, question)));
      return row ?? { scanned: 0, n: 0, value: null };
    },
    read: async (walk, condition, fields, limitMs) => {
      try {
        const reading = all<{ scanned: number; page: string | null; bytes: number | null }>(readStatement(walk, condition, fields));
        const [row] = await withTimeLimit("A reading", limitMs, reading);
        return (row?.bytes ?? 0) > READ_BYTES ? null : { scanned: row?.scanned ?? 0, text: row?.page ?? null };
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

/** A statement in the making: the walk is its source, and whatever else is asked takes its values from `bind`. */
function walking(walk: Walk) {
  const values: Statement["values"] = [];
  const bind = (value: string | number) => `?${values.push(value)}`;
  const form = bind(walk.formId);
  // The index knows no workspace; the mark does, which every ledger has. Not EXISTS: SQLite makes a join of it and sorts the rows.
  const own = `ledger_marks m WHERE m.form_id = ${form} AND m.workspace_id = ${bind(walk.workspaceId)}`;
  const where = [`form_id = ${form}`, "deleted_at IS NULL", `(SELECT count(*) FROM ${own}) > 0`];
  if (walk.status !== null) where.push(`status = ${bind(walk.status)}`);
  if (walk.after !== null) where.push(`(submitted_at, seq, shard) > (${walk.after.map(bind).join(", ")})`);
  if (walk.upTo !== null) where.push(`(submitted_at, seq, shard) <= (${walk.upTo.map(bind).join(", ")})`);
  // Both indexes hold only what is not deleted. Named, because a plan that takes another one reads every row of the form.
  const index = walk.status === null ? "responses_by_time" : "responses_by_status";
  const source = `FROM responses AS r INDEXED BY ${index} WHERE ${where.join(" AND ")}`;
  return { values, bind, own, source };
}

export function outlookStatement(walk: Walk, condition: Condition, fields: readonly FieldRef[]): Statement {
  const { values, bind, own, source } = walking(walk);
  const sample = () => `SELECT octet_length(${rowSql(condition, fields, values, bind)}) AS bytes ${source} LIMIT ${SAMPLE}`;
  const bytes = fields.length === 0 ? "0" : `(SELECT coalesce(sum(bytes), 0) * 1.0 / max(1, count(*)) FROM (${sample()}))`;
  const sql = `SELECT (SELECT coalesce(sum(m.seq), 0) FROM ${own}) AS most, ${bytes} AS bytes,
    (SELECT submitted_at ${source} ORDER BY submitted_at, seq, shard LIMIT 1) AS first,
    (SELECT submitted_at ${source} ORDER BY submitted_at DESC, seq DESC, shard DESC LIMIT 1) AS latest`;
  return { sql, values };
}

export function stepStatement(walk: Walk, place: number): Statement {
  const { values, bind, source } = walking(walk);
  return { sql: `SELECT submitted_at, seq, shard ${source} ORDER BY submitted_at, seq, shard LIMIT 1 OFFSET ${bind(place)} - 1`, values };
}

export function totalStatement(walk: Walk, question: TotalQuestion): Statement {
  const { values, bind, source } = walking(walk);
  const fits = fitsSql(question.condition, values, bind);
  if (question.part === "rows")
    return { sql: `SELECT count(*) AS scanned, count(*) FILTER (WHERE ${fits}) AS n, NULL AS value ${source}`, values };
  const added = { sum: "sum", least: "min", greatest: "max" }[question.part];
  // Without the limit SQLite would put the expression wherever it is used and read each answer several times.
  const found = `(SELECT CASE WHEN ${fits} THEN ${valueSql(question.field, question.counted, bind)} END AS x ${source} LIMIT -1)`;
  const x = question.counted === "texts" ? "x" : "CASE WHEN typeof(x) IN ('integer', 'real') THEN x END";
  return { sql: `SELECT count(*) AS scanned, count(${x}) AS n, ${added}(${x}) AS value FROM ${found}`, values };
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
  const { values, bind, source } = walking(walk);
  const page = `SELECT count(*) AS scanned, group_concat(${rowSql(condition, fields, values, bind)}, ',') AS page ${source} LIMIT -1`;
  // D1 makes no longer text, and says so; a host without that limit still has to spare whoever reads it.
  return {
    sql: `SELECT scanned, CASE WHEN octet_length(page) <= ${READ_BYTES} THEN page END AS page, octet_length(page) AS bytes FROM (${page})`,
    values,
  };
}

/** What a response holds in these fields, as JSON, in which true is not 1; null when it does not satisfy the condition. */
function rowSql(condition: Condition, fields: readonly FieldRef[], values: Statement["values"], bind: (value: string) => string): string {
  const fits = fitsSql(condition, values, bind);
  const row = heldSql(fields, bind);
  return fits === "1" ? row : `CASE WHEN ${fits} THEN ${row} END`;
}

function heldSql(fields: readonly FieldRef[], bind: (value: string) => string): string {
  const paths = fields.map((field) => (field.in === "column" ? "" : bind(jsonPath(field.path))));
  const [first, ...others] = fields;
  // One look into a document for all of its fields takes half as long as one for each.
  if (first !== undefined && first.in !== "column" && others.length > 0 && others.every((field) => field.in === first.in))
    return `json_extract(r.${first.in}, ${paths.join(", ")})`;
  const members = fields.map((field, i) => (field.in === "column" ? `json_quote(${field.name})` : `r.${field.in} -> ${paths[i]}`));
  return members.length === 1 ? members.join() : `json_array(${members.join(", ")})`;
}

function fitsSql(condition: Condition, values: Statement["values"], bind: (value: string) => string): string {
  const written = conditionSql(condition, `?${values.length + 1}`);
  if (written.values.length > 0) bind(JSON.stringify(written.values));
  return written.sql;
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
