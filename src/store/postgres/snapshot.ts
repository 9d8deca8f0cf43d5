// A form at one position, asked of Postgres.

import type { ResponseRow } from "../primary";
import { marksByShard, type RowKey, type SnapshotQuery, type SnapshotStore, type TouchedRow } from "../snapshot";
import type { Marks } from "../state";
import { conditionSql } from "./condition-sql";
import { openPostgres, type Parameter, type Statement } from "./connection";
import { COLUMNS } from "./responses";
import { wordsQuery } from "./words";

export function openPostgresSnapshot(connectionString: string): SnapshotStore {
  const db = openPostgres(connectionString);
  return {
    count: async (query) => (await db.read<{ n: number }>("A count", countStatement(query)))[0]?.n ?? 0,
    untouched: (query, after, limit) => db.read<ResponseRow & Record<string, unknown>>("A page", untouchedStatement(query, after, limit)),
    touched: (query, since, limit) =>
      db.read<TouchedRow & Record<string, unknown>>("What was touched", touchedStatement(query, since, limit)),
    asTheyStood: (query, ids) => db.read<ResponseRow & Record<string, unknown>>("Earlier rows", asTheyStoodStatement(query, ids)),
  };
}

export function countStatement(query: SnapshotQuery): Statement {
  const { where, values } = untouchedWhere(query);
  return { sql: `SELECT count(*) AS n FROM responses WHERE ${where}`, values };
}

export function untouchedStatement(query: SnapshotQuery, after: RowKey | null, limit: number): Statement {
  const { where, values } = untouchedWhere(query);
  const bind = (value: number) => `$${values.push(value)}`;
  const [at, seq, shard] = after?.map(bind) ?? [];
  const sign = query.descending ? "<" : ">";
  const beyond = after === null ? "" : `AND (submitted_at, seq, shard) ${sign} (${at}::bigint, ${seq}::bigint, ${shard}::integer)`;
  const way = query.descending ? "DESC" : "ASC";
  const order = `submitted_at ${way}, seq ${way}, shard ${way}`;
  return { sql: `SELECT ${COLUMNS} FROM responses WHERE ${where} ${beyond} ORDER BY ${order} LIMIT ${bind(limit)}`, values };
}

export function touchedStatement(query: SnapshotQuery, since: Marks, limit: number): Statement {
  const sql = `SELECT r.id, e.shard, max(e.seq) AS entry
    FROM jsonb_array_elements($3::text::jsonb) WITH ORDINALITY m(value, place)
      JOIN response_entries e ON e.form_id = $1 AND e.shard = (m.place - 1)::integer AND e.seq > (m.value #>> '{}')::bigint
      JOIN responses r ON r.id = e.response_id AND r.workspace_id = $2 AND r.seq <= ($4::text::jsonb ->> e.shard)::bigint
    WHERE e.kind <> 'accept' GROUP BY e.shard, r.id ORDER BY e.shard, entry LIMIT $5`;
  return { sql, values: [query.formId, query.workspaceId, json(since), json(query.marks), limit] };
}

export function asTheyStoodStatement(query: SnapshotQuery, ids: readonly string[]): Statement {
  const sql = `SELECT r.id, r.form_id AS "formId", r.shard, r.seq, e.seq AS "lastSeq", e.form_version AS "formVersion", e.status,
      e.submitted_at AS "submittedAt", r.started_at AS "startedAt", CASE e.status WHEN 'complete' THEN r.duration_ms END AS "durationMs",
      e.at AS "updatedAt", ${query.deleted ? "e.at" : "NULL::bigint"} AS "deletedAt", NULL::bigint AS "erasedAt", e.data_hash AS "dataHash", r.meta,
      coalesce(d.data, CASE WHEN r.data_seq = d.seq THEN r.data END, '{}'::jsonb) AS data
    FROM jsonb_array_elements_text($3::text::jsonb) i(id) JOIN responses r ON r.id = i.id AND r.form_id = $1 AND r.workspace_id = $2
      JOIN response_entries e ON e.form_id = $1 AND e.response_id = r.id AND e.seq = (SELECT max(n.seq) FROM response_entries n
        WHERE n.form_id = $1 AND n.response_id = r.id AND n.seq <= ($4::text::jsonb ->> r.shard)::bigint)
      LEFT JOIN response_entries d ON d.form_id = $1 AND d.response_id = r.id AND d.seq = (SELECT max(w.seq) FROM response_entries w
        WHERE w.form_id = $1 AND w.response_id = r.id AND w.seq <= e.seq AND w.kind IN ('accept', 'update'))
    WHERE e.kind ${query.deleted ? "= 'delete'" : "NOT IN ('delete', 'erase')"} AND r.erased_at IS NULL`;
  return { sql, values: [query.formId, query.workspaceId, JSON.stringify(ids), json(query.marks)] };
}

function untouchedWhere(query: SnapshotQuery): { where: string; values: Parameter[] } {
  const values: Parameter[] = [query.formId, query.workspaceId, json(query.marks)];
  const bind = (value: Parameter) => `$${values.push(value)}`;
  const where = [
    "form_id = $1",
    "workspace_id = $2",
    `deleted_at IS ${query.deleted ? "NOT " : ""}NULL`,
    "last_seq <= ($3::text::jsonb ->> shard)::bigint",
  ];
  const words = query.words === undefined ? null : wordsQuery(query.formId, query.words);
  if (words !== null) where.push(`words @@ ${bind(words)}::text::tsquery`);
  if (query.condition !== undefined) where.push(conditionSql(query.condition, bind));
  return { where: where.join(" AND "), values };
}

function json(marks: Marks): string {
  return JSON.stringify(marksByShard(marks));
}
