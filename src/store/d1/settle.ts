// One settle: one D1 batch, which is one transaction. Each statement asks whether the watermark still stands where this batch
// begins; the last one moves it. A repeat, or a batch cut differently after an unknown outcome, therefore writes nothing.
import type { SettleBatch, SettledEntry, SettledRow, SettleResult } from "../primary";

const GATE = "(SELECT seq FROM ledger_marks WHERE form_id = ?1 AND shard = ?2) = ?3";

const START_MARK = `INSERT INTO ledger_marks (form_id, shard, workspace_id, seq, hash, settled_at) VALUES (?1, ?2, ?3, 0, '', ?4)
  ON CONFLICT DO NOTHING`;

// What is about to be overwritten moves to the entry that wrote it, so each version of the answers is kept exactly once.
// CROSS JOIN fixes the order: from the few that changed to their rows, never through all rows of the form.
const KEEP_OLD_DATA = `UPDATE response_entries SET data = r.data FROM json_each(?4) b CROSS JOIN responses r ON r.id = b.value
  WHERE response_entries.form_id = r.form_id AND response_entries.shard = r.shard AND response_entries.seq = r.data_seq
    AND r.form_id = ?1 AND r.shard = ?2 AND ${GATE}`;

const FORGET_WORDS = `DELETE FROM response_search WHERE rowid IN
  (SELECT r.row FROM json_each(?4) b CROSS JOIN responses r ON r.id = b.value) AND ${GATE}`;

const UPSERT_ROWS = `INSERT INTO responses (id, workspace_id, form_id, shard, seq, last_seq, data_seq, form_version, status,
    submitted_at, started_at, duration_ms, updated_at, deleted_at, erased_at, data_hash, meta, data)
  SELECT e.value ->> 'id', ?4, ?1, ?2, e.value ->> 'seq', e.value ->> 'last', coalesce(e.value ->> 'dseq', 0), e.value ->> 'ver',
    e.value ->> 'st', e.value ->> 'sub', e.value ->> 'sta', e.value ->> 'dur', e.value ->> 'upd', e.value ->> 'del',
    e.value ->> 'era', e.value ->> 'dh', jsonb(coalesce(e.value -> 'meta', '{}')), jsonb(coalesce(e.value -> 'data', '{}'))
  FROM json_each(?5) e WHERE ${GATE}
  ON CONFLICT (id) DO UPDATE SET last_seq = excluded.last_seq, form_version = excluded.form_version, status = excluded.status,
    submitted_at = excluded.submitted_at, started_at = excluded.started_at, duration_ms = excluded.duration_ms,
    updated_at = excluded.updated_at, deleted_at = excluded.deleted_at, erased_at = excluded.erased_at, data_hash = excluded.data_hash,
    meta = CASE WHEN excluded.data_seq > 0 THEN excluded.meta ELSE responses.meta END,
    data = CASE WHEN excluded.data_seq > 0 THEN excluded.data ELSE responses.data END,
    data_seq = CASE WHEN excluded.data_seq > 0 THEN excluded.data_seq ELSE responses.data_seq END`;

const ADD_ENTRIES = `INSERT INTO response_entries (form_id, shard, seq, response_id, kind, form_version, status, at, submitted_at,
    data_hash, salt, hash, actor, data)
  SELECT ?1, ?2, e.value ->> 'seq', e.value ->> 'rid', e.value ->> 'kind', e.value ->> 'ver', e.value ->> 'st', e.value ->> 'at',
    e.value ->> 'sub', e.value ->> 'dh', e.value ->> 'salt', e.value ->> 'hash', e.value ->> 'by', jsonb(e.value -> 'data')
  FROM json_each(?4) e WHERE ${GATE}`;

const INDEX_WORDS = `INSERT INTO response_search (rowid, form, words)
  SELECT r.row, r.form_id, (SELECT group_concat(t.atom, ' ') FROM json_tree(r.data) t WHERE t.type = 'text')
  FROM json_each(?4) b CROSS JOIN responses r ON r.id = b.value
  WHERE r.erased_at IS NULL AND ${GATE}`;

// An erased response leaves its hashes, so the chain still proves itself, but nothing that says what was in it.
const ERASE_ENTRIES = `UPDATE response_entries SET data = NULL, salt = NULL
  WHERE form_id = ?1 AND response_id IN (SELECT value FROM json_each(?4)) AND ${GATE}`;

const ADD_ROLLUPS = `INSERT INTO response_rollups (form_id, day, field, value, count, sum, min, max, loose)
  SELECT ?1, e.value ->> 0, e.value ->> 1, e.value ->> 2, e.value ->> 3, e.value ->> 4, e.value ->> 5, e.value ->> 6, e.value ->> 7
  FROM json_each(?4) e WHERE ${GATE}
  ON CONFLICT (form_id, field, day, value) DO UPDATE SET count = count + excluded.count, sum = sum + excluded.sum,
    min = min(coalesce(min, excluded.min), coalesce(excluded.min, min)), max = max(coalesce(max, excluded.max), coalesce(excluded.max, max)),
    loose = max(loose, excluded.loose)`;

const DROP_EMPTY_ROLLUPS = `DELETE FROM response_rollups WHERE form_id = ?1 AND count = 0 AND (field, day, value) IN
  (SELECT e.value ->> 1, e.value ->> 0, e.value ->> 2 FROM json_each(?4) e) AND ${GATE}`;

const ADD_AUDIT = `INSERT INTO audit_log (id, workspace_id, actor_kind, actor_id, action, target_kind, target_id, details, ip, user_agent, correlation_id, at)
  SELECT e.value ->> 'id', ?4, e.value ->> 'actorKind', e.value ->> 'actorId', 'response.' || (e.value ->> 'kind'), 'response', e.value ->> 'rid',
    json_object('form_id', ?1, 'seq', e.value ->> 'seq'), e.value ->> 'ip', e.value ->> 'userAgent', e.value ->> 'cid', e.value ->> 'at'
  FROM json_each(?5) e WHERE ${GATE}`;

const PAST = { accept: "accepted", update: "updated", delete: "deleted", restore: "restored", erase: "erased" } as const;

const ADD_OUTBOX = `INSERT INTO ledger_outbox (form_id, shard, from_seq, to_seq, workspace_id, correlation_id, created_at, sent_at)
  SELECT ?1, ?2, ?3 + 1, ?4, ?5, ?6, ?7, ?7 WHERE ${GATE}`;

const MOVE_MARK = `UPDATE ledger_marks SET seq = ?4, hash = ?5, settled_at = ?6 WHERE form_id = ?1 AND shard = ?2 AND seq = ?3 RETURNING seq`;

/** For the test of their plans. */
export const SETTLE_STATEMENTS = {
  START_MARK,
  KEEP_OLD_DATA,
  FORGET_WORDS,
  UPSERT_ROWS,
  ADD_ENTRIES,
  INDEX_WORDS,
  ERASE_ENTRIES,
  ADD_ROLLUPS,
  DROP_EMPTY_ROLLUPS,
  ADD_AUDIT,
  ADD_OUTBOX,
  MOVE_MARK,
};

export async function settle(db: D1Database, batch: SettleBatch): Promise<SettleResult> {
  const at = [batch.formId, batch.shard, batch.fromSeq - 1] as const;
  const run = (sql: string, ...more: (string | number | null)[]) => db.prepare(sql).bind(...at, ...more);
  const touched = batch.rows.filter((row) => row.data !== null);
  const overwritten = JSON.stringify(touched.filter((row) => row.seq < batch.fromSeq).map((row) => row.id));
  const erased = batch.rows.filter((row) => row.erasedAt !== null).map((row) => row.id);
  const statements: D1PreparedStatement[] = [];
  // Every later batch finds the mark that this one has left.
  if (batch.fromSeq === 1) statements.push(db.prepare(START_MARK).bind(batch.formId, batch.shard, batch.workspaceId, batch.now));
  if (overwritten !== "[]") statements.push(run(KEEP_OLD_DATA, overwritten), run(FORGET_WORDS, overwritten));
  statements.push(run(UPSERT_ROWS, batch.workspaceId, jsonRows(batch.rows)));
  statements.push(run(ADD_ENTRIES, jsonEntries(batch.entries)));
  if (touched.length > 0) statements.push(run(INDEX_WORDS, JSON.stringify(touched.map((row) => row.id))));
  if (erased.length > 0) statements.push(run(ERASE_ENTRIES, JSON.stringify(erased)));
  if (batch.rollups.length > 0) {
    const rollups = JSON.stringify(batch.rollups.map((r) => [r.day, r.field, r.value, r.count, r.sum, r.min, r.max, r.loose ? 1 : 0]));
    statements.push(run(ADD_ROLLUPS, rollups));
    if (batch.rollups.some(({ count }) => count <= 0)) statements.push(run(DROP_EMPTY_ROLLUPS, rollups));
  }
  const audit = batch.entries
    .filter((entry) => entry.audit !== null)
    .map((entry) => ({
      ...entry.audit,
      kind: PAST[entry.kind],
      rid: entry.responseId,
      seq: entry.seq,
      at: entry.at,
      cid: entry.correlationId,
    }));
  if (audit.length > 0) statements.push(run(ADD_AUDIT, batch.workspaceId, JSON.stringify(audit)));
  statements.push(run(ADD_OUTBOX, batch.toSeq, batch.workspaceId, batch.correlationId, batch.now));
  statements.push(run(MOVE_MARK, batch.toSeq, batch.hash, batch.now));
  const results = await db.batch(statements);
  if ((results.at(-1)?.results.length ?? 0) > 0) return { kind: "settled" };
  const mark = await db
    .prepare("SELECT seq FROM ledger_marks WHERE form_id = ?1 AND shard = ?2")
    .bind(batch.formId, batch.shard)
    .first<{ seq: number }>();
  return { kind: "behind", watermark: mark?.seq ?? 0 };
}

// Answers are JSON text already: they are set in as they are, not parsed and written again.
function jsonRows(rows: readonly SettledRow[]): string {
  const items = rows.map((row) => {
    const head = JSON.stringify({
      id: row.id,
      seq: row.seq,
      last: row.lastSeq,
      dseq: row.dataSeq,
      ver: row.formVersion,
      st: row.status,
      sub: row.submittedAt,
      sta: row.startedAt,
      dur: row.durationMs,
      upd: row.updatedAt,
      del: row.deletedAt,
      era: row.erasedAt,
      dh: row.dataHash,
    });
    return withJson(head, { meta: row.meta, data: row.data });
  });
  return `[${items.join(",")}]`;
}

function jsonEntries(entries: readonly SettledEntry[]): string {
  const items = entries.map((entry) => {
    const head = JSON.stringify({
      seq: entry.seq,
      rid: entry.responseId,
      kind: entry.kind,
      ver: entry.formVersion,
      st: entry.status,
      at: entry.at,
      sub: entry.submittedAt,
      dh: entry.dataHash,
      salt: entry.salt,
      hash: entry.hash,
      by: entry.audit === null ? null : `${entry.audit.actorKind}:${entry.audit.actorId}`,
    });
    return withJson(head, { data: entry.data });
  });
  return `[${items.join(",")}]`;
}

function withJson(head: string, parts: Record<string, string | null>): string {
  let text = head.slice(0, -1);
  for (const [name, json] of Object.entries(parts)) if (json !== null) text += `,"${name}":${json}`;
  return `${text}}`;
}
