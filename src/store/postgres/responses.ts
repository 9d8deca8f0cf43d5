// Reading responses. Each query is proven to use an index by test/store/postgres/query-plans.test.ts.
import type { EntryRow, ListQuery, ResponseRow, Span } from "../primary";
import { conditionSql } from "./condition-sql";
import type { Parameter, Postgres, Statement } from "./connection";
import { stateSource } from "./state-source";
import { wordsQuery } from "./words";

export const COLUMNS = `id, form_id AS "formId", shard, seq, last_seq AS "lastSeq", form_version AS "formVersion", status,
  submitted_at AS "submittedAt", started_at AS "startedAt", duration_ms AS "durationMs", updated_at AS "updatedAt",
  deleted_at AS "deletedAt", erased_at AS "erasedAt", data_hash AS "dataHash", meta, data`;

export function listStatement(query: ListQuery): Statement {
  const values: Parameter[] = [];
  const bind = (value: Parameter) => `$${values.push(value)}`;
  const where = [
    `form_id = ${bind(query.formId)}`,
    `workspace_id = ${bind(query.workspaceId)}`,
    query.status === "deleted" ? "deleted_at IS NOT NULL" : "deleted_at IS NULL",
  ];
  if (query.status !== undefined && query.status !== "deleted") where.push(`status = ${bind(query.status)}`);
  if (query.createdAfter !== undefined) where.push(`submitted_at > ${bind(query.createdAfter)}::bigint`);
  if (query.createdBefore !== undefined) where.push(`submitted_at < ${bind(query.createdBefore)}::bigint`);
  if (query.after !== undefined) {
    const [submittedAt, seq, shard] = query.after.map(bind);
    where.push(`(submitted_at, seq, shard) ${query.descending ? "<" : ">"} (${submittedAt}::bigint, ${seq}::bigint, ${shard}::integer)`);
  }
  const words = query.words === undefined ? null : wordsQuery(query.formId, query.words);
  if (words !== null) where.push(`words @@ ${bind(words)}::text::tsquery`);
  if (query.condition !== undefined) where.push(conditionSql(query.condition, bind));
  const direction = query.descending ? "DESC" : "ASC";
  const order = `submitted_at ${direction}, seq ${direction}, shard ${direction}`;
  const source = query.asOf === undefined ? "responses" : stateSource(bind(JSON.stringify(query.asOf)));
  return { sql: `SELECT ${COLUMNS} FROM ${source} WHERE ${where.join(" AND ")} ORDER BY ${order} LIMIT ${bind(query.limit)}`, values };
}

export function listResponses(db: Postgres, query: ListQuery): Promise<ResponseRow[]> {
  return db.read<ResponseRow & Record<string, unknown>>("A list of responses", listStatement(query));
}

export const GET_RESPONSE = `SELECT ${COLUMNS} FROM responses WHERE id = $1 AND form_id = $2 AND workspace_id = $3`;

export async function getResponse(db: Postgres, workspaceId: string, formId: string, id: string): Promise<ResponseRow | null> {
  const statement = { sql: GET_RESPONSE, values: [id, formId, workspaceId] };
  const [row] = await db.read<ResponseRow & Record<string, unknown>>("A response", statement);
  return row ?? null;
}

export const SCAN_RESPONSES = `SELECT ${COLUMNS} FROM responses WHERE form_id = $1 AND shard = $2 AND seq > $3::bigint AND workspace_id = $4
  ORDER BY seq LIMIT $5`;

export function scanResponses(db: Postgres, workspaceId: string, formId: string, shard: number, after: number, limit: number) {
  const statement = { sql: SCAN_RESPONSES, values: [formId, shard, after, workspaceId, limit] };
  return db.read<ResponseRow & Record<string, unknown>>("A scan of responses", statement);
}

export const RESPONSES_AT = `SELECT ${COLUMNS} FROM responses WHERE form_id = $1 AND shard = $2 AND workspace_id = $3
  AND seq = ANY (ARRAY(SELECT jsonb_array_elements_text($4::text::jsonb)::bigint))`;

export function responsesAt(db: Postgres, workspaceId: string, formId: string, shard: number, seqs: readonly number[]) {
  const statement = { sql: RESPONSES_AT, values: [formId, shard, workspaceId, JSON.stringify(seqs)] };
  return db.read<ResponseRow & Record<string, unknown>>("Some responses", statement);
}

export const CHANGED_ROWS = `SELECT DISTINCT r.seq FROM response_entries e JOIN responses r ON r.id = e.response_id
  WHERE e.form_id = $1 AND e.shard = $2 AND e.seq > $3::bigint AND e.seq <= $4::bigint AND r.seq < e.seq AND r.seq <= $5::bigint
    AND r.workspace_id = $6`;

export async function changedRows(db: Postgres, span: Span, rowsTo: number): Promise<number[]> {
  const { workspaceId, formId, shard, after, upTo } = span;
  const statement = { sql: CHANGED_ROWS, values: [formId, shard, after, upTo, rowsTo, workspaceId] };
  return (await db.read<{ seq: number }>("Changed responses", statement)).map(({ seq }) => seq);
}

// The workspace is checked through the mark, which every ledger has; entries themselves need not repeat it a million times.
const OWN_FORM = "EXISTS (SELECT 1 FROM ledger_marks m WHERE m.form_id = $1 AND m.workspace_id = $2)";
const ENTRY_COLUMNS = `e.shard, e.seq, e.response_id AS "responseId", e.kind, e.form_version AS "formVersion", e.status, e.at,
  e.submitted_at AS "submittedAt", e.data_hash AS "dataHash", e.salt, e.hash, e.actor,
  coalesce(e.data, CASE WHEN r.data_seq = e.seq AND r.shard = e.shard THEN r.data END) AS data, r.erased_at IS NOT NULL AS erased`;

export const RESPONSE_ENTRIES = `SELECT ${ENTRY_COLUMNS} FROM response_entries e LEFT JOIN responses r ON r.id = e.response_id
  WHERE e.form_id = $1 AND e.response_id = $3 AND ${OWN_FORM} ORDER BY e.seq LIMIT $4`;

export const CHAIN = `SELECT ${ENTRY_COLUMNS} FROM response_entries e LEFT JOIN responses r ON r.id = e.response_id
  WHERE e.form_id = $1 AND e.shard = $3 AND e.seq > $4::bigint AND ${OWN_FORM} ORDER BY e.seq LIMIT $5`;

export const ERASURES = `SELECT e.response_id AS "responseId", e.at FROM response_entries e
  WHERE e.form_id = $1 AND e.shard = $3 AND e.seq > $4::bigint AND e.seq <= $5::bigint AND e.kind = 'erase' AND ${OWN_FORM} ORDER BY e.seq`;

export function responseEntries(db: Postgres, workspaceId: string, formId: string, id: string, limit: number): Promise<EntryRow[]> {
  return db.read<EntryRow & Record<string, unknown>>("A history", { sql: RESPONSE_ENTRIES, values: [formId, workspaceId, id, limit] });
}

export function chain(db: Postgres, workspaceId: string, formId: string, shard: number, after: number, limit: number): Promise<EntryRow[]> {
  return db.read<EntryRow & Record<string, unknown>>("A chain", { sql: CHAIN, values: [formId, workspaceId, shard, after, limit] });
}

export function erasures(db: Postgres, span: Span): Promise<Pick<EntryRow, "responseId" | "at">[]> {
  const { workspaceId, formId, shard, after, upTo } = span;
  return db.read<Pick<EntryRow, "responseId" | "at">>("Erasures", { sql: ERASURES, values: [formId, workspaceId, shard, after, upTo] });
}
