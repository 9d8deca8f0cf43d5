// A form at one position, asked of D1. Each query is proven to use an index by test/store/snapshot.test.ts.
import { marksByShard, type RowKey, type SnapshotQuery, type SnapshotStore, type TouchedRow } from "../snapshot";
import type { Marks } from "../state";
import { conditionSql } from "./condition-sql";
import { COLUMNS, matchExpression, type RawResponse, type Statement, toResponse, WITH_WORDS } from "./responses";

export function openD1Snapshot(db: D1Database): SnapshotStore {
  const all = async <T>({ sql, values }: Statement) =>
    (
      await db
        .prepare(sql)
        .bind(...values)
        .all<T>()
    ).results;
  return {
    count: async (query) => (await all<{ n: number }>(countStatement(query)))[0]?.n ?? 0,
    untouched: async (query, after, limit) => (await all<RawResponse>(untouchedStatement(query, after, limit))).map(toResponse),
    touched: (query, since, limit) => all<TouchedRow>(touchedStatement(query, since, limit)),
    asTheyStood: async (query, ids) => (await all<RawResponse>(asTheyStoodStatement(query, ids))).map(toResponse),
  };
}

export function countStatement(query: SnapshotQuery): Statement {
  const { where, values } = untouchedWhere(query);
  return { sql: `SELECT count(*) AS n FROM responses WHERE ${where}`, values };
}

export function untouchedStatement(query: SnapshotQuery, after: RowKey | null, limit: number): Statement {
  const { where, values } = untouchedWhere(query);
  const bind = (value: number) => `?${values.push(value)}`;
  const beyond =
    after === null ? "" : `AND (submitted_at, seq, shard) ${query.descending ? "<" : ">"} (${after.map((part) => bind(part)).join(", ")})`;
  const way = query.descending ? "DESC" : "ASC";
  const order = `submitted_at ${way}, seq ${way}, shard ${way}`;
  return { sql: `SELECT ${COLUMNS} FROM responses WHERE ${where} ${beyond} ORDER BY ${order} LIMIT ${bind(limit)}`, values };
}

export function touchedStatement(query: SnapshotQuery, since: Marks, limit: number): Statement {
  const sql = `SELECT r.id AS id, e.shard AS shard, max(e.seq) AS entry
    FROM json_each(?3) m JOIN response_entries e ON e.form_id = ?1 AND e.shard = m.key AND e.seq > m.value
      JOIN responses r ON r.id = e.response_id AND r.workspace_id = ?2 AND r.seq <= ?4 ->> e.shard
    WHERE e.kind <> 'accept' GROUP BY e.shard, r.id ORDER BY e.shard, entry LIMIT ?5`;
  const values = [query.formId, query.workspaceId, json(since), json(query.marks), limit];
  return { sql, values };
}

export function asTheyStoodStatement(query: SnapshotQuery, ids: readonly string[]): Statement {
  const sql = `SELECT r.id, r.form_id, r.shard, r.seq, e.seq AS last_seq, e.form_version, e.status, e.submitted_at, r.started_at,
      CASE e.status WHEN 'complete' THEN r.duration_ms END AS duration_ms, e.at AS updated_at,
      ${query.deleted ? "e.at" : "NULL"} AS deleted_at, NULL AS erased_at,
      e.data_hash, json(r.meta) AS meta, json(coalesce(d.data, CASE WHEN r.data_seq = d.seq THEN r.data END, jsonb('{}'))) AS data
    FROM json_each(?3) i JOIN responses r ON r.id = i.value AND r.form_id = ?1 AND r.workspace_id = ?2
      JOIN response_entries e ON e.form_id = ?1 AND e.response_id = r.id AND e.seq = (SELECT max(n.seq) FROM response_entries n
        WHERE n.form_id = ?1 AND n.response_id = r.id AND n.seq <= ?4 ->> r.shard)
      LEFT JOIN response_entries d ON d.form_id = ?1 AND d.response_id = r.id AND d.seq = (SELECT max(w.seq) FROM response_entries w
        WHERE w.form_id = ?1 AND w.response_id = r.id AND w.seq <= e.seq AND w.kind IN ('accept', 'update'))
    WHERE e.kind ${query.deleted ? "= 'delete'" : "NOT IN ('delete', 'erase')"} AND r.erased_at IS NULL`;
  return { sql, values: [query.formId, query.workspaceId, JSON.stringify(ids), json(query.marks)] };
}

function untouchedWhere(query: SnapshotQuery): { where: string; values: Statement["values"] } {
  const values: Statement["values"] = [query.formId, query.workspaceId, json(query.marks)];
  const where = ["form_id = ?1", "workspace_id = ?2", `deleted_at IS ${query.deleted ? "NOT " : ""}NULL`, "last_seq <= ?3 ->> shard"];
  if (query.words !== undefined && query.words.length > 0) {
    where.push(`row IN (${WITH_WORDS} ?${values.push(matchExpression(query.formId, query.words))})`);
  }
  if (query.condition !== undefined) {
    const condition = conditionSql(query.condition, `?${values.length + 1}`);
    values.push(JSON.stringify(condition.values));
    where.push(condition.sql);
  }
  return { where: where.join(" AND "), values };
}

function json(marks: Marks): string {
  return JSON.stringify(marksByShard(marks));
}
