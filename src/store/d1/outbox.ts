import { OUTBOX_PATIENCE, type OutboxPointer, type OutboxRow } from "../primary";

interface RawOutbox {
  form_id: string;
  shard: number;
  from_seq: number;
  to_seq: number;
  workspace_id: string;
  correlation_id: string | null;
  created_at: number;
  attempts: number;
}

export const OUTBOX_RANGE = `SELECT o.*,
    EXISTS (SELECT 1 FROM response_entries e WHERE e.form_id = o.form_id AND e.shard = o.shard AND e.seq BETWEEN o.from_seq AND o.to_seq
      AND e.kind = 'erase') AS erases,
    EXISTS (SELECT 1 FROM uploads u WHERE u.workspace_id = o.workspace_id AND u.form_id = o.form_id) AS files,
    EXISTS (SELECT 1 FROM webhooks w WHERE w.workspace_id = o.workspace_id AND w.deleted_at IS NULL) AS webhooks,
    EXISTS (SELECT 1 FROM plugins p WHERE p.workspace_id = o.workspace_id) AS plugins
  FROM ledger_outbox o WHERE o.form_id = ?1 AND o.shard = ?2 AND o.from_seq = ?3`;
// The first condition says nothing new; it is the one that the index knows.
export const OVERDUE_OUTBOX = `SELECT * FROM ledger_outbox WHERE sent_at <= ?1 - ${OUTBOX_PATIENCE.firstMs}
  AND sent_at <= ?1 - ${OUTBOX_PATIENCE.firstMs} * (1 << min(attempts - 1, ${OUTBOX_PATIENCE.doublings})) ORDER BY sent_at LIMIT ?2`;

export async function outboxRange(db: D1Database, formId: string, shard: number, fromSeq: number): Promise<OutboxRow | null> {
  const row = await db
    .prepare(OUTBOX_RANGE)
    .bind(formId, shard, fromSeq)
    .first<RawOutbox & Record<"erases" | "files" | "webhooks" | "plugins", number>>();
  if (row === null) return null;
  const mayHave = { files: row.files === 1, webhooks: row.webhooks === 1, plugins: row.plugins === 1 };
  // Audit rows were written by the settle itself: the log is in this database.
  return { ...toPointer(row), erases: row.erases === 1, mayHave, audit: [] };
}

export async function overdueOutbox(db: D1Database, now: number, limit: number): Promise<OutboxPointer[]> {
  const { results } = await db.prepare(OVERDUE_OUTBOX).bind(now, limit).all<RawOutbox>();
  return results.map(toPointer);
}

export async function markOutboxSent(db: D1Database, rows: readonly OutboxPointer[], now: number): Promise<void> {
  const keys = JSON.stringify(rows.map((row) => [row.formId, row.shard, row.fromSeq]));
  await db
    .prepare(
      `UPDATE ledger_outbox SET sent_at = ?2, attempts = attempts + 1
       WHERE (form_id, shard, from_seq) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1))`,
    )
    .bind(keys, now)
    .run();
}

export async function removeOutbox(db: D1Database, formId: string, shard: number, fromSeq: number): Promise<void> {
  await db.prepare("DELETE FROM ledger_outbox WHERE form_id = ?1 AND shard = ?2 AND from_seq = ?3").bind(formId, shard, fromSeq).run();
}

function toPointer(row: RawOutbox): OutboxPointer {
  return {
    formId: row.form_id,
    shard: row.shard,
    fromSeq: row.from_seq,
    toSeq: row.to_seq,
    workspaceId: row.workspace_id,
    correlationId: row.correlation_id,
    createdAt: row.created_at,
    attempts: row.attempts,
  };
}
