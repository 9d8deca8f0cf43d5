// Responses as a set, asked of Postgres.
import type { FieldValue, StateQuery, StateStore, StateTotals } from "../state";
import { openPostgres, type Statement } from "./connection";
import { stateSource } from "./state-source";

export const MARKS_AT = `SELECT l.shard, (SELECT e.seq FROM response_entries e
    WHERE e.form_id = l.form_id AND e.shard = l.shard AND e.at <= $2::bigint ORDER BY e.seq DESC LIMIT 1) AS seq
  FROM ledger_marks l WHERE l.form_id = $1 ORDER BY l.shard`;

const COMPLETE = "form_id = $1 AND workspace_id = $2 AND deleted_at IS NULL AND status = 'complete'";

export function openPostgresState(connectionString: string): StateStore {
  const db = openPostgres(connectionString);
  return {
    marksAt: async (formId, time) => {
      const rows = await db.read<{ shard: number; seq: number | null }>("Marks at a time", { sql: MARKS_AT, values: [formId, time] });
      return rows.flatMap(({ shard, seq }) => (seq === null ? [] : [[shard, seq] as [number, number]]));
    },
    totals: async (query, from, to) => {
      const [row] = await db.read<StateTotals & Record<string, unknown>>("Totals", totalsStatement(query, from, to));
      return row ?? { complete: 0, partial: 0, durationMs: 0, timed: 0, lastSubmittedAt: null, today: 0 };
    },
    numberCounts: async (query, path, after, limit) => {
      const rows = await db.read<{ value: number; count: number }>("Numbers", numbersStatement(query, path, after, limit));
      return rows.map(({ value, count }) => [value, count]);
    },
    fieldValues: (query, field, after, limit) =>
      db.read<FieldValue & Record<string, unknown>>("Values of a field", valuesStatement(query, field, after, limit)),
  };
}

export function totalsStatement(query: StateQuery, from: number, to: number): Statement {
  const values: Statement["values"] = [query.formId, query.workspaceId, from, to];
  const sql = `SELECT count(*) FILTER (WHERE status = 'complete') AS complete, count(*) FILTER (WHERE status = 'partial') AS partial,
      coalesce(sum(duration_ms) FILTER (WHERE status = 'complete'), 0)::bigint AS "durationMs",
      count(duration_ms) FILTER (WHERE status = 'complete') AS timed,
      max(submitted_at) FILTER (WHERE status = 'complete') AS "lastSubmittedAt",
      count(*) FILTER (WHERE status = 'complete' AND submitted_at >= $3::bigint AND submitted_at < $4::bigint) AS today
    FROM ${sourceOf(query, values)} WHERE form_id = $1 AND workspace_id = $2 AND deleted_at IS NULL`;
  return { sql, values };
}

export function numbersStatement(query: StateQuery, path: string, after: number | null, limit: number): Statement {
  const values: Statement["values"] = [query.formId, query.workspaceId, jsonPath(path), limit];
  const source = sourceOf(query, values);
  const later = after === null ? "" : `AND value > $${values.push(after)}::double precision`;
  const sql = `SELECT value, count(*) AS count FROM (SELECT (CASE jsonb_typeof(data #> $3::text[]) WHEN 'number'
      THEN (data #>> $3::text[])::double precision END) AS value FROM ${source} WHERE ${COMPLETE}) numbers
    WHERE value IS NOT NULL ${later} GROUP BY value ORDER BY value LIMIT $4`;
  return { sql, values };
}

export function valuesStatement(query: StateQuery, field: string, after: readonly [number, number], limit: number): Statement {
  const values: Statement["values"] = [query.formId, query.workspaceId, jsonPath(field), ...after, limit];
  const sql = `SELECT shard, seq, form_version AS "formVersion", data #> $3::text[] AS value FROM ${sourceOf(query, values)}
    WHERE ${COMPLETE} AND (shard, seq) > ($4::integer, $5::bigint) AND data #> $3::text[] IS NOT NULL ORDER BY shard, seq LIMIT $6`;
  return { sql, values };
}

function sourceOf(query: StateQuery, values: Statement["values"]): string {
  return query.asOf === null ? "responses" : stateSource(`$${values.push(JSON.stringify(query.asOf))}`);
}

/** Names of fields are words; they need no quoting in an array. */
function jsonPath(path: string): string {
  return `{${path.replaceAll(".", ",")}}`;
}
