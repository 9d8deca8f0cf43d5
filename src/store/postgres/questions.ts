// Questions asked of Postgres, with the meaning they have in D1 (store/d1/questions.ts).
import { TimeLimitError } from "../../shared/time-limit";
import type { Condition, FieldRef } from "../conditions";
import { type QuestionStore, READ_BYTES, type RollupPart, type RollupQuestion, type TotalQuestion, type Walk } from "../questions";
import { conditionSql } from "./condition-sql";
import { openPostgres, type Parameter, type Row, type Statement, storable } from "./connection";

export function openPostgresQuestions(connectionString: string): QuestionStore {
  const db = openPostgres(connectionString);
  return {
    outlook: async (walk, condition, fields) => {
      const [row] = await db.read<OutlookRow>("What a walk may hold", outlookStatement(walk, condition, fields));
      return { most: row?.most ?? 0, bytesEach: row?.bytes ?? 0, span: [row?.first ?? 0, row?.latest ?? 0] };
    },
    step: async (walk, place) => {
      const [row] = await db.read<StepRow>("A page of a walk", stepStatement(walk, place));
      return row === undefined ? null : [row.submitted_at, row.seq, row.shard];
    },
    total: async (walk, question, limitMs) => {
      const [row] = await within(connectionString, limitMs, "A question", totalStatement(walk, question));
      const value = row?.value;
      // A sum is as exact as it is long, and comes as its digits.
      const shown = question.part === "sum" ? Number(value ?? 0) : typeof value === "string" || typeof value === "number" ? value : null;
      return { scanned: Number(row?.scanned ?? 0), n: Number(row?.n ?? 0), value: shown };
    },
    read: async (walk, condition, fields, limitMs) => {
      const [row] = await within(connectionString, limitMs, "A reading", readStatement(walk, condition, fields));
      const page = typeof row?.page === "string" ? row.page : null;
      return Number(row?.bytes ?? 0) > READ_BYTES ? null : { scanned: Number(row?.scanned ?? 0), text: page };
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

interface OutlookRow extends Row {
  most: number;
  bytes: number;
  first: number | null;
  latest: number | null;
}

interface StepRow extends Row {
  submitted_at: number;
  seq: number;
  shard: number;
}

/** Enough to tell how long answers are. */
const SAMPLE = 200;

/** A statement in the making: the walk is its source, and whatever else is asked takes its values from `bind`. */
function walking(walk: Walk) {
  const values: Parameter[] = [];
  const bind = (value: Parameter) => `$${values.push(value)}`;
  const form = bind(walk.formId);
  // The index knows no workspace; the mark does, which every ledger has.
  const own = `ledger_marks m WHERE m.form_id = ${form} AND m.workspace_id = ${bind(walk.workspaceId)}`;
  const where = [`form_id = ${form}`, "deleted_at IS NULL", `EXISTS (SELECT 1 FROM ${own})`];
  const key = ([submittedAt, seq, shard]: readonly [number, number, number]) =>
    `(${bind(submittedAt)}::bigint, ${bind(seq)}::bigint, ${bind(shard)}::integer)`;
  if (walk.status !== null) where.push(`status = ${bind(walk.status)}`);
  if (walk.after !== null) where.push(`(submitted_at, seq, shard) > ${key(walk.after)}`);
  if (walk.upTo !== null) where.push(`(submitted_at, seq, shard) <= ${key(walk.upTo)}`);
  return { values, bind, own, source: `FROM responses WHERE ${where.join(" AND ")}` };
}

export function outlookStatement(walk: Walk, condition: Condition, fields: readonly FieldRef[]): Statement {
  const { values, bind, own, source } = walking(walk);
  const sample = () => `SELECT octet_length(${rowSql(condition, fields, bind)}) AS bytes ${source} LIMIT ${SAMPLE}`;
  const bytes =
    fields.length === 0 ? "0" : `(SELECT coalesce(sum(bytes)::double precision / greatest(1, count(*)), 0) FROM (${sample()}) sample)`;
  const sql = `SELECT (SELECT coalesce(sum(m.seq), 0)::bigint FROM ${own}) AS most, ${bytes} AS bytes,
    (SELECT submitted_at ${source} ORDER BY submitted_at, seq, shard LIMIT 1) AS first,
    (SELECT submitted_at ${source} ORDER BY submitted_at DESC, seq DESC, shard DESC LIMIT 1) AS latest`;
  return { sql, values };
}

export function stepStatement(walk: Walk, place: number): Statement {
  const { values, bind, source } = walking(walk);
  const sql = `SELECT submitted_at, seq, shard ${source} ORDER BY submitted_at, seq, shard LIMIT 1 OFFSET ${bind(place)}::bigint - 1`;
  return { sql, values };
}

export function totalStatement(walk: Walk, question: TotalQuestion): Statement {
  const { values, bind, source } = walking(walk);
  const fits = conditionSql(question.condition, bind);
  if (question.part === "rows")
    return { sql: `SELECT count(*) AS scanned, count(*) FILTER (WHERE ${fits}) AS n, NULL AS value ${source}`, values };
  const { part, field } = question;
  const raw = field.in === "column" ? field.name : documentSql(field, bind);
  const x = field.in === "column" ? "raw" : typedSql(question);
  const added = { sum: `sum(${x}::numeric)::text`, least: `min(${x})`, greatest: `max(${x})` }[part];
  const whole = part === "sum" || field.in === "column" || question.counted === "texts" ? "" : "::double precision";
  const found = `(SELECT CASE WHEN ${fits} THEN ${raw} END AS raw ${source} OFFSET 0) found`;
  return { sql: `SELECT count(*) AS scanned, count(${x}) AS n, ${added}${whole} AS value FROM ${found}`, values };
}

function typedSql({ counted, field }: Exclude<TotalQuestion, { part: "rows" }>): string {
  if (counted === "texts") return `(CASE jsonb_typeof(raw) WHEN 'string' THEN raw #>> '{}' END COLLATE "C")`;
  if (field.kind === "boolean")
    return "(CASE WHEN raw IN ('true'::jsonb, '1'::jsonb) THEN 1 WHEN raw IN ('false'::jsonb, '0'::jsonb) THEN 0 END)";
  return "(CASE jsonb_typeof(raw) WHEN 'number' THEN raw::numeric WHEN 'boolean' THEN raw::boolean::integer::numeric END)";
}

/** A page as one text of JSON: the driver would read each cell by itself. */
export function readStatement(walk: Walk, condition: Condition, fields: readonly FieldRef[]): Statement {
  const { values, bind, source } = walking(walk);
  const found = `(SELECT row, sum(octet_length(row)) OVER (ROWS UNBOUNDED PRECEDING) AS bytes
      FROM (SELECT ${rowSql(condition, fields, bind)} AS row ${source} OFFSET 0) each) found`;
  // Never more than may be read, also where that is thrown away.
  const page = `string_agg(row, ',') FILTER (WHERE bytes <= ${READ_BYTES})`;
  return { sql: `SELECT count(*) AS scanned, ${page} AS page, max(bytes) AS bytes FROM ${found}`, values };
}

/** What a response holds in these fields, as JSON; null when it does not satisfy the condition. */
function rowSql(condition: Condition, fields: readonly FieldRef[], bind: (value: Parameter) => string): string {
  const members = fields.map((field) => (field.in === "column" ? `to_jsonb(${field.name})` : documentSql(field, bind)));
  const list = members.map((member) => `coalesce(${member}::text, 'null')`).join(" || ',' || ");
  const row = members.length === 1 ? `${members.join()}::text` : `'[' || ${list} || ']'`;
  return `CASE WHEN ${conditionSql(condition, bind)} THEN ${row} END`;
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
