// Reading responses. Each query is proven to use an index by test/store/query-plans.test.ts.
import type { EntryRow, ListQuery, ResponseRow, Span } from "../primary";
import { conditionSql } from "./condition-sql";
import { stateSource } from "./state-source";

export const COLUMNS = `id, form_id, shard, seq, last_seq, form_version, status, submitted_at, started_at, duration_ms, updated_at,
  deleted_at, erased_at, data_hash, json(meta) AS meta, json(data) AS data`;

export interface RawResponse {
  id: string;
  form_id: string;
  shard: number;
  seq: number;
  last_seq: number;
  form_version: number;
  status: "complete" | "partial";
  submitted_at: number;
  started_at: number | null;
  duration_ms: number | null;
  updated_at: number;
  deleted_at: number | null;
  erased_at: number | null;
  data_hash: string;
  meta: string;
  data: string;
}

export interface Statement {
  sql: string;
  values: (string | number)[];
}

export const WITH_WORDS = "SELECT rowid FROM response_search WHERE response_search MATCH";

export function listStatement(query: ListQuery): Statement {
  const values: (string | number)[] = [query.formId, query.workspaceId];
  const bind = (value: string | number) => `?${values.push(value)}`;
  const where = ["form_id = ?1", "workspace_id = ?2", query.status === "deleted" ? "deleted_at IS NOT NULL" : "deleted_at IS NULL"];
  if (query.status !== undefined && query.status !== "deleted") where.push(`status = ${bind(query.status)}`);
  if (query.createdAfter !== undefined) where.push(`submitted_at > ${bind(query.createdAfter)}`);
  if (query.createdBefore !== undefined) where.push(`submitted_at < ${bind(query.createdBefore)}`);
  if (query.after !== undefined) {
    const [submittedAt, seq, shard] = query.after.map(bind);
    where.push(`(submitted_at, seq, shard) ${query.descending ? "<" : ">"} (${submittedAt}, ${seq}, ${shard})`);
  }
  if (query.words !== undefined && query.words.length > 0) {
    where.push(`row IN (${WITH_WORDS} ${bind(matchExpression(query.formId, query.words))})`);
  }
  if (query.condition !== undefined) {
    const condition = conditionSql(query.condition, `?${values.length + 1}`);
    values.push(JSON.stringify(condition.values));
    where.push(condition.sql);
  }
  const direction = query.descending ? "DESC" : "ASC";
  const order = `submitted_at ${direction}, seq ${direction}, shard ${direction}`;
  const source = query.asOf === undefined ? "responses" : stateSource(bind(JSON.stringify(query.asOf)));
  return { sql: `SELECT ${COLUMNS} FROM ${source} WHERE ${where.join(" AND ")} ORDER BY ${order} LIMIT ${bind(query.limit)}`, values };
}

export async function listResponses(db: D1Database | D1DatabaseSession, query: ListQuery): Promise<ResponseRow[]> {
  const { sql, values } = listStatement(query);
  const { results } = await db
    .prepare(sql)
    .bind(...values)
    .all<RawResponse>();
  return results.map(toResponse);
}

export const GET_RESPONSE = `SELECT ${COLUMNS} FROM responses WHERE id = ?1 AND form_id = ?2 AND workspace_id = ?3`;

export async function getResponse(db: D1Database | D1DatabaseSession, workspaceId: string, formId: string, id: string) {
  const row = await db.prepare(GET_RESPONSE).bind(id, formId, workspaceId).first<RawResponse>();
  return row === null ? null : toResponse(row);
}

export const SCAN_RESPONSES = `SELECT ${COLUMNS} FROM responses WHERE form_id = ?1 AND shard = ?2 AND seq > ?3 AND workspace_id = ?4
  ORDER BY seq LIMIT ?5`;

export async function scanResponses(db: D1Database, workspaceId: string, formId: string, shard: number, after: number, limit: number) {
  const { results } = await db.prepare(SCAN_RESPONSES).bind(formId, shard, after, workspaceId, limit).all<RawResponse>();
  return results.map(toResponse);
}

export const RESPONSES_AT = `SELECT ${COLUMNS} FROM responses WHERE form_id = ?1 AND shard = ?2
  AND seq IN (SELECT value FROM json_each(?4)) AND workspace_id = ?3`;

export async function responsesAt(db: D1Database, workspaceId: string, formId: string, shard: number, seqs: readonly number[]) {
  const { results } = await db.prepare(RESPONSES_AT).bind(formId, shard, workspaceId, JSON.stringify(seqs)).all<RawResponse>();
  return results.map(toResponse);
}

// CROSS JOIN fixes the order: from the entries to the rows they are about.
export const CHANGED_ROWS = `SELECT DISTINCT r.seq FROM response_entries e CROSS JOIN responses r ON r.id = e.response_id
  WHERE e.form_id = ?1 AND e.shard = ?2 AND e.seq > ?3 AND e.seq <= ?4 AND r.seq < e.seq AND r.seq <= ?5 AND r.workspace_id = ?6`;

export async function changedRows(db: D1Database, span: Span, rowsTo: number): Promise<number[]> {
  const { workspaceId, formId, shard, after, upTo } = span;
  const { results } = await db.prepare(CHANGED_ROWS).bind(formId, shard, after, upTo, rowsTo, workspaceId).all<{ seq: number }>();
  return results.map(({ seq }) => seq);
}

// The workspace is checked through the mark, which every ledger has; entries themselves need not repeat it a million times.
const OWN_FORM = "EXISTS (SELECT 1 FROM ledger_marks m WHERE m.form_id = ?1 AND m.workspace_id = ?2)";
const ENTRY_COLUMNS = `e.shard, e.seq, e.response_id, e.kind, e.form_version, e.status, e.at, e.submitted_at, e.data_hash, e.salt,
  e.hash, e.actor, json(coalesce(e.data, CASE WHEN r.data_seq = e.seq AND r.shard = e.shard THEN r.data END)) AS data,
  r.erased_at IS NOT NULL AS erased`;

export const RESPONSE_ENTRIES = `SELECT ${ENTRY_COLUMNS} FROM response_entries e LEFT JOIN responses r ON r.id = e.response_id
  WHERE e.form_id = ?1 AND e.response_id = ?3 AND ${OWN_FORM} ORDER BY e.seq LIMIT ?4`;

export const CHAIN = `SELECT ${ENTRY_COLUMNS} FROM response_entries e LEFT JOIN responses r ON r.id = e.response_id
  WHERE e.form_id = ?1 AND e.shard = ?3 AND e.seq > ?4 AND ${OWN_FORM} ORDER BY e.seq LIMIT ?5`;

export const ERASURES = `SELECT e.response_id AS responseId, e.at FROM response_entries e
  WHERE e.form_id = ?1 AND e.shard = ?3 AND e.seq > ?4 AND e.seq <= ?5 AND e.kind = 'erase' AND ${OWN_FORM} ORDER BY e.seq`;

export async function responseEntries(db: D1Database, workspaceId: string, formId: string, id: string, limit: number): Promise<EntryRow[]> {
  const { results } = await db.prepare(RESPONSE_ENTRIES).bind(formId, workspaceId, id, limit).all<RawEntry>();
  return results.map(toEntry);
}

export async function chain(
  db: D1Database,
  workspaceId: string,
  formId: string,
  shard: number,
  after: number,
  limit: number,
): Promise<EntryRow[]> {
  const { results } = await db.prepare(CHAIN).bind(formId, workspaceId, shard, after, limit).all<RawEntry>();
  return results.map(toEntry);
}

export async function erasures(db: D1Database, span: Span): Promise<Pick<EntryRow, "responseId" | "at">[]> {
  const { workspaceId, formId, shard, after, upTo } = span;
  const { results } = await db.prepare(ERASURES).bind(formId, workspaceId, shard, after, upTo).all<Pick<EntryRow, "responseId" | "at">>();
  return results;
}

interface RawEntry {
  shard: number;
  seq: number;
  response_id: string;
  kind: EntryRow["kind"];
  form_version: number;
  status: EntryRow["status"];
  at: number;
  submitted_at: number;
  data_hash: string;
  salt: string | null;
  hash: string;
  actor: string | null;
  data: string | null;
  erased: number;
}

export function toResponse(row: RawResponse): ResponseRow {
  return {
    id: row.id,
    formId: row.form_id,
    shard: row.shard,
    seq: row.seq,
    lastSeq: row.last_seq,
    formVersion: row.form_version,
    status: row.status,
    submittedAt: row.submitted_at,
    startedAt: row.started_at,
    durationMs: row.duration_ms,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
    erasedAt: row.erased_at,
    dataHash: row.data_hash,
    meta: JSON.parse(row.meta),
    data: JSON.parse(row.data),
  };
}

function toEntry(row: RawEntry): EntryRow {
  return {
    shard: row.shard,
    seq: row.seq,
    responseId: row.response_id,
    kind: row.kind,
    formVersion: row.form_version,
    status: row.status,
    at: row.at,
    submittedAt: row.submitted_at,
    dataHash: row.data_hash,
    salt: row.salt,
    hash: row.hash,
    actor: row.actor,
    data: row.data === null ? null : JSON.parse(row.data),
    erased: row.erased === 1,
  };
}

/** Every word as a prefix, in this form alone; quoting leaves FTS5 nothing to read as an operator. */
export function matchExpression(formId: string, words: readonly string[]): string {
  const quoted = words.map((word) => `"${word.replaceAll('"', '""')}"*`);
  return `form:"${formId}" AND words:(${quoted.join(" AND ")})`;
}
