// Questions asked of Postgres, with the meaning they have in D1 (store/d1/questions.ts).
import { TimeLimitError } from "../../shared/time-limit";
import type { Condition, FieldRef } from "../conditions";
import {
  type Counted,
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
import { openPostgres, type Parameter, type Row, type Statement, storable } from "./connection";

const SCALARS = "('string', 'number', 'boolean')";

export function openPostgresQuestions(connectionString: string): QuestionStore {
  const db = openPostgres(connectionString);
  return {
    step: async (walk, limit) => {
      const [row] = await db.read<StepRow>("A page of a walk", stepStatement(walk, limit));
      return { rows: row?.rows ?? 0, last: row?.last ?? null, span: [row?.first ?? 0, row?.latest ?? 0] };
    },
    ask: async (walk, question, limitMs) => {
      const rows = await within(connectionString, limitMs, "A question", askStatement(walk, question));
      return rows.map((row): StorePart => {
        const group = question.groups.map((_, i) => plain(row[`g${i}`]));
        return { group, n: Number(row.n), value: question.part === "sum" ? Number(row.v ?? 0) : plain(row.v) };
      });
    },
    read: async (walk, condition, fields, limitMs) => {
      const rows = await within(connectionString, limitMs, "A reading", readStatement(walk, condition, fields));
      return rows.map((row) => fields.map((_, i) => row[`f${i}`] ?? undefined));
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

function plain(value: unknown): string | number | null {
  if (typeof value === "boolean") return Number(value);
  return typeof value === "string" || typeof value === "number" ? value : null;
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

export function askStatement(walk: Walk, question: StoreQuestion): Statement {
  const values: Parameter[] = [];
  const bind = (value: Parameter) => `$${values.push(value)}`;
  const where = walkSql(walk, bind);
  const sources = ["responses"];
  const inner = question.groups.map((group, i) => `${groupSql(group, `m${i}`, bind, sources)} AS g${i}`);
  if (question.field !== null) inner.push(`${valueSql(question.field, "mv", bind, sources, "LEFT JOIN")} AS raw`);
  where.push(conditionSql(question.condition, bind));
  const rows = `(SELECT ${inner.length === 0 ? "1" : inner.join(", ")} FROM ${sources.join(" ")} WHERE ${where.join(" AND ")} OFFSET 0) found`;
  const names = question.groups.map((_, i) => `g${i}`);
  const { columns, alsoBy } = partSql(question);
  const by = [...names, ...alsoBy];
  const grouped = by.length === 0 ? "" : ` GROUP BY ${by.join(", ")}`;
  return { sql: `SELECT ${[...names, ...columns].join(", ")} FROM ${rows}${grouped}`, values };
}

export function readStatement(walk: Walk, condition: Condition, fields: readonly FieldRef[]): Statement {
  const values: Parameter[] = [];
  const bind = (value: Parameter) => `$${values.push(value)}`;
  const where = walkSql(walk, bind);
  const columns = fields.map((field, i) => `${field.in === "column" ? field.name : documentSql(field, bind)} AS f${i}`);
  where.push(conditionSql(condition, bind));
  return { sql: `SELECT ${columns.join(", ")} FROM responses WHERE ${where.join(" AND ")} ORDER BY submitted_at, seq, shard`, values };
}

function documentSql(field: Exclude<FieldRef, { in: "column" }>, bind: (value: Parameter) => string): string {
  return `(${field.in} #> ${bind(JSON.stringify(field.path).replace("[", "{").replace(/\]$/, "}"))}::text[])`;
}

function partSql({ part, counted, field }: StoreQuestion): { columns: string[]; alsoBy: string[] } {
  const column = field?.in === "column";
  switch (part) {
    case "rows":
      return { columns: ["count(*) AS n"], alsoBy: [] };
    case "sum": {
      const value = column ? "raw::numeric" : typedSql("raw", "numbers");
      return { columns: [`count(${value}) AS n`, `sum(${value})::text AS v`], alsoBy: [] };
    }
    case "least":
    case "greatest": {
      const value = column ? "raw" : typedSql("raw", counted);
      const least = part === "least" ? "min" : "max";
      const whole = column || counted === "texts" ? "" : "::double precision";
      return { columns: ["count(*) AS n", `${least}(${value})${whole} AS v`], alsoBy: [] };
    }
    case "values": {
      const value = column || counted === "all" ? "raw" : `CASE WHEN jsonb_typeof(raw) IN ${typesOf(counted)} THEN raw END`;
      return { columns: ["count(*) AS n", `${value} AS v`], alsoBy: ["v"] };
    }
  }
}

function typesOf(counted: Counted): string {
  return counted === "texts" ? "('string')" : counted === "all" ? SCALARS : "('number', 'boolean')";
}

function typedSql(x: string, counted: Counted): string {
  if (counted === "texts") return `(CASE jsonb_typeof(${x}) WHEN 'string' THEN ${x} #>> '{}' END COLLATE "C")`;
  return `(CASE jsonb_typeof(${x}) WHEN 'number' THEN ${x}::numeric WHEN 'boolean' THEN ${x}::boolean::integer::numeric END)`;
}

function groupSql(group: StoreGroup, alias: string, bind: (value: Parameter) => string, sources: string[]): string {
  if (group.by === "value") return valueSql(group.field, alias, bind, sources);
  return timeKeySql(group);
}

/** `JOIN` where a response without a value is in no group, `LEFT JOIN` where it is one without a value. */
function valueSql(
  field: FieldRef,
  alias: string,
  bind: (value: Parameter) => string,
  sources: string[],
  join: "JOIN" | "LEFT JOIN" = "JOIN",
): string {
  if (field.in === "column") return field.name;
  const value = documentSql(field, bind);
  if (field.kind === "list" || field.kind === "object") {
    const members = `CASE jsonb_typeof(${value}) WHEN 'object' THEN '$.*'::jsonpath ELSE '$[*]'::jsonpath END`;
    // True and 1 are the same value, and count once.
    const distinct = "CASE value WHEN 'true'::jsonb THEN '1'::jsonb WHEN 'false'::jsonb THEN '0'::jsonb ELSE value END AS value";
    sources.push(
      `${join} LATERAL (SELECT DISTINCT ${distinct} FROM jsonb_path_query(${value}, ${members}) e(value) WHERE jsonb_typeof(value) IN ${SCALARS}) ${alias} ON TRUE`,
    );
    return `${alias}.value`;
  }
  if (field.kind === "boolean")
    return `CASE WHEN ${value} IN ('true'::jsonb, '1'::jsonb) THEN 'true'::jsonb WHEN ${value} IN ('false'::jsonb, '0'::jsonb) THEN 'false'::jsonb END`;
  return `CASE WHEN jsonb_typeof(${value}) IN ${SCALARS} THEN ${value} END`;
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
