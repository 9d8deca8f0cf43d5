// Responses as a set, asked of D1.
import type { FieldValue, StateQuery, StateStore, StateTotals } from "../state";
import type { Statement } from "./responses";
import { stateSource } from "./state-source";

export const MARKS_AT = `SELECT l.shard, (SELECT e.seq FROM response_entries e
    WHERE e.form_id = l.form_id AND e.shard = l.shard AND e.at <= ?2 ORDER BY e.seq DESC LIMIT 1) AS seq
  FROM ledger_marks l WHERE l.form_id = ?1 ORDER BY l.shard`;

const COMPLETE = "form_id = ?1 AND workspace_id = ?2 AND deleted_at IS NULL AND status = 'complete'";

export function openD1State(db: D1Database): StateStore {
  const all = async <T>({ sql, values }: Statement) =>
    (
      await db
        .prepare(sql)
        .bind(...values)
        .all<T>()
    ).results;
  return {
    marksAt: async (formId, time) => {
      const rows = await all<{ shard: number; seq: number | null }>({ sql: MARKS_AT, values: [formId, time] });
      return rows.flatMap(({ shard, seq }) => (seq === null ? [] : [[shard, seq] as [number, number]]));
    },
    totals: async (query, from, to) => {
      const [row] = await all<StateTotals>(totalsStatement(query, from, to));
      return row ?? { complete: 0, partial: 0, durationMs: 0, timed: 0, lastSubmittedAt: null, today: 0 };
    },
    numberCounts: async (query, path, after, limit) =>
      (await all<{ value: number; count: number }>(numbersStatement(query, path, after, limit))).map(({ value, count }) => [value, count]),
    fieldValues: async (query, field, after, limit) => {
      const rows = await all<Omit<FieldValue, "value"> & { value: string }>(valuesStatement(query, field, after, limit));
      return rows.map((row) => ({ ...row, value: JSON.parse(row.value) }));
    },
  };
}

export function totalsStatement(query: StateQuery, from: number, to: number): Statement {
  const values: Statement["values"] = [query.formId, query.workspaceId, from, to];
  const sql = `SELECT count(*) FILTER (WHERE status = 'complete') AS complete, count(*) FILTER (WHERE status = 'partial') AS partial,
      coalesce(sum(duration_ms) FILTER (WHERE status = 'complete'), 0) AS durationMs,
      count(duration_ms) FILTER (WHERE status = 'complete') AS timed,
      max(submitted_at) FILTER (WHERE status = 'complete') AS lastSubmittedAt,
      count(*) FILTER (WHERE status = 'complete' AND submitted_at >= ?3 AND submitted_at < ?4) AS today
    FROM ${sourceOf(query, values)} WHERE form_id = ?1 AND workspace_id = ?2 AND deleted_at IS NULL`;
  return { sql, values };
}

export function numbersStatement(query: StateQuery, path: string, after: number | null, limit: number): Statement {
  const values: Statement["values"] = [query.formId, query.workspaceId, jsonPath(path), limit];
  const source = sourceOf(query, values);
  const later = after === null ? "" : `AND value > ?${values.push(after)}`;
  const sql = `SELECT value, count(*) AS count FROM (SELECT json_extract(data, ?3) AS value FROM ${source} WHERE ${COMPLETE})
    WHERE typeof(value) IN ('integer', 'real') ${later} GROUP BY value ORDER BY value LIMIT ?4`;
  return { sql, values };
}

export function valuesStatement(query: StateQuery, field: string, after: readonly [number, number], limit: number): Statement {
  const values: Statement["values"] = [query.formId, query.workspaceId, jsonPath(field), ...after, limit];
  const sql = `SELECT shard, seq, form_version AS formVersion, data -> ?3 AS value FROM ${sourceOf(query, values)}
    WHERE ${COMPLETE} AND (shard, seq) > (?4, ?5) AND data -> ?3 IS NOT NULL ORDER BY shard, seq LIMIT ?6`;
  return { sql, values };
}

function sourceOf(query: StateQuery, values: Statement["values"]): string {
  return query.asOf === null ? "responses" : stateSource(`?${values.push(JSON.stringify(query.asOf))}`);
}

function jsonPath(path: string): string {
  return `$.${path}`;
}
