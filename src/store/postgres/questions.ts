// Questions asked of Postgres, with the meaning they have in D1 (store/d1/questions.ts).
import { TimeLimitError } from "../../shared/time-limit";
import type { Condition, FieldRef } from "../conditions";
import type { QuestionStore, RollupPart, RollupQuestion, TotalQuestion, Walk } from "../questions";
import { parsePage, READ_BYTES, ROW_END } from "../read-page";
import { conditionSql } from "./condition-sql";
import { openPostgres, type Parameter, type Row, type Statement, storable } from "./connection";

export function openPostgresQuestions(connectionString: string): QuestionStore {
  const db = openPostgres(connectionString);
  return {
    step: async (walk, limit) => {
      const [row] = await db.read<StepRow>("A page of a walk", stepStatement(walk, limit));
      return { rows: row?.rows ?? 0, last: row?.last ?? null, span: [row?.first ?? 0, row?.latest ?? 0] };
    },
    total: async (walk, question, limitMs) => {
      const [row] = await within(connectionString, limitMs, "A question", totalStatement(walk, question));
      const value = row?.value;
      // A sum is as exact as it is long, and comes as its digits.
      const shown = question.part === "sum" ? Number(value ?? 0) : typeof value === "string" || typeof value === "number" ? value : null;
      return { n: Number(row?.n ?? 0), value: shown };
    },
    read: async (walk, condition, fields, limitMs) => {
      const [row] = await within(connectionString, limitMs, "A reading", readStatement(walk, condition, fields));
      return Number(row?.bytes ?? 0) > READ_BYTES ? null : parsePage(typeof row?.page === "string" ? row.page : null);
    },
    rollups: (question) => db.read<RollupPart & Row>("Roll-ups of a question", rollupStatement(question)),
  };
}

const CANCELLED = "57014";

/** The database itself gives up at the limit, and says so in words of its own. */
export async function within(connectionString: string, limitMs: number, what: string, statement: Statement): Promise<Row[]> {
  const limit = Math.max(1, Math.floor(limitMs));
  try {
    return await openPostgres(connectionString, limit).read<Row>(what, statement);
  } catch (error) {
    if ((error as { code?: unknown }).code === CANCELLED) throw new TimeLimitError(what, limit);
    throw error;
  }
}

interface StepRow extends Row {
  rows: number;
  last: [number, number, number] | null;
  first: number | null;
  latest: number | null;
}

function walkSql(walk: Walk, bind: (value: Parameter) => string): string[] {
  const where = [`form_id = ${bind(walk.formId)}`, `workspace_id = ${bind(walk.workspaceId)}`, "deleted_at IS NULL"];
  const key = ([submittedAt, seq, shard]: readonly [number, number, number]) =>
    `(${bind(submittedAt)}::bigint, ${bind(seq)}::bigint, ${bind(shard)}::integer)`;
  if (walk.status !== null) where.push(`status = ${bind(walk.status)}`);
  if (walk.after !== null) where.push(`(submitted_at, seq, shard) > ${key(walk.after)}`);
  if (walk.upTo !== null) where.push(`(submitted_at, seq, shard) <= ${key(walk.upTo)}`);
  return where;
}

export function stepStatement(walk: Walk, limit: number): Statement {
  const values: Parameter[] = [];
  const bind = (value: Parameter) => `$${values.push(value)}`;
  // The index knows no workspace; the mark does, which every ledger has.
  const [form, , ...rest] = walkSql(walk, bind);
  const own = "EXISTS (SELECT 1 FROM ledger_marks m WHERE m.form_id = $1 AND m.workspace_id = $2)";
  const most = `${bind(limit)}::bigint`;
  const source = `FROM responses WHERE ${[form, own, ...rest].join(" AND ")}`;
  const sql = `SELECT (SELECT count(*) FROM (SELECT 1 ${source} LIMIT ${most}) counted) AS rows,
    (SELECT jsonb_build_array(submitted_at, seq, shard) ${source} ORDER BY submitted_at, seq, shard LIMIT 1 OFFSET ${most} - 1) AS last,
    (SELECT submitted_at ${source} ORDER BY submitted_at, seq, shard LIMIT 1) AS first,
    (SELECT submitted_at ${source} ORDER BY submitted_at DESC, seq DESC, shard DESC LIMIT 1) AS latest`;
  return { sql, values };
}

export function totalStatement(walk: Walk, question: TotalQuestion): Statement {
  const values: Parameter[] = [];
  const bind = (value: Parameter) => `$${values.push(value)}`;
  const where = [...walkSql(walk, bind), conditionSql(question.condition, bind)].join(" AND ");
  if (question.part === "rows") return { sql: `SELECT count(*) AS n, NULL AS value FROM responses WHERE ${where}`, values };
  const { part, field } = question;
  const raw = field.in === "column" ? field.name : documentSql(field, bind);
  const x = field.in === "column" ? "raw" : typedSql(question);
  const added = { sum: `sum(${x}::numeric)::text`, least: `min(${x})`, greatest: `max(${x})` }[part];
  const whole = part === "sum" || field.in === "column" || question.counted === "texts" ? "" : "::double precision";
  const found = `(SELECT ${raw} AS raw FROM responses WHERE ${where} OFFSET 0) found`;
  return { sql: `SELECT count(${x}) AS n, ${added}${whole} AS value FROM ${found}`, values };
}

function typedSql({ counted, field }: Exclude<TotalQuestion, { part: "rows" }>): string {
  if (counted === "texts") return `(CASE jsonb_typeof(raw) WHEN 'string' THEN raw #>> '{}' END COLLATE "C")`;
  if (field.kind === "boolean")
    return "(CASE WHEN raw IN ('true'::jsonb, '1'::jsonb) THEN 1 WHEN raw IN ('false'::jsonb, '0'::jsonb) THEN 0 END)";
  return "(CASE jsonb_typeof(raw) WHEN 'number' THEN raw::numeric WHEN 'boolean' THEN raw::boolean::integer::numeric END)";
}

/** A page as one text of JSON: the driver would read each cell by itself. */
export function readStatement(walk: Walk, condition: Condition, fields: readonly FieldRef[]): Statement {
  const values: Parameter[] = [];
  const bind = (value: Parameter) => `$${values.push(value)}`;
  const where = walkSql(walk, bind);
  const members = fields.map((field) => (field.in === "column" ? `to_jsonb(${field.name})` : documentSql(field, bind)));
  const row = members.map((member) => `coalesce(${member}::text, 'null')`).join(" || ',' || ");
  where.push(conditionSql(condition, bind));
  const found = `(SELECT row, sum(octet_length(row)) OVER (ROWS UNBOUNDED PRECEDING) AS bytes
      FROM (SELECT '[' || ${row} || ']' AS row FROM responses WHERE ${where.join(" AND ")} OFFSET 0) each) found`;
  // Never more than may be read, also where that is thrown away.
  const page = `string_agg(row, '${ROW_END}') FILTER (WHERE bytes <= ${READ_BYTES})`;
  return { sql: `SELECT ${page} AS page, max(bytes) AS bytes FROM ${found}`, values };
}

function documentSql(field: Exclude<FieldRef, { in: "column" }>, bind: (value: Parameter) => string): string {
  return `(${field.in} #> ${bind(JSON.stringify(field.path).replace("[", "{").replace(/\]$/, "}"))}::text[])`;
}

export function rollupStatement({ formId, field, values: wanted, from, to, by }: RollupQuestion): Statement {
  const values: Parameter[] = [];
  const bind = (value: Parameter) => `$${values.push(value)}`;
  const where = [`form_id = ${bind(formId)}`, `field = ${bind(field)}`];
  if (from !== null) where.push(`day >= ${bind(from)}`);
  if (to !== null) where.push(`day <= ${bind(to)}`);
  if (wanted === "answered") where.push("value = ''");
  else if (wanted === "given") where.push("value <> ''");
  else where.push(`value IN (SELECT jsonb_array_elements_text(${bind(JSON.stringify(wanted.map(storable)))}::text::jsonb))`);
  const column = (name: "day" | "value") => (by.includes(name) ? name : `NULL::text AS ${name}`);
  const sql = `SELECT ${column("day")}, ${column("value")}, coalesce(sum(count), 0)::bigint AS count, coalesce(sum(sum), 0) AS sum,
      min(min) AS min, max(max) AS max, coalesce(max(loose), 0) = 1 AS loose, count(*) AS rows
    FROM response_rollups WHERE ${where.join(" AND ")}${by.length === 0 ? "" : ` GROUP BY ${by.join(", ")}`}`;
  return { sql, values };
}
