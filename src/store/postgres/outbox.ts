import { OUTBOX_PATIENCE, type OutboxPointer, type OutboxRow } from "../primary";
import type { Postgres } from "./connection";

const COLUMNS = `form_id AS "formId", shard, from_seq AS "fromSeq", to_seq AS "toSeq", workspace_id AS "workspaceId",
  correlation_id AS "correlationId", created_at AS "createdAt", attempts`;

export const OUTBOX_RANGE = `SELECT ${COLUMNS}, audit,
    EXISTS (SELECT 1 FROM response_entries e WHERE e.form_id = o.form_id AND e.shard = o.shard AND e.seq BETWEEN o.from_seq AND o.to_seq
      AND e.kind = 'erase') AS erases
  FROM ledger_outbox o WHERE form_id = $1 AND shard = $2 AND from_seq = $3::bigint`;
// The first condition says nothing new; it is the one that the index knows.
export const OVERDUE_OUTBOX = `SELECT ${COLUMNS} FROM ledger_outbox WHERE sent_at <= $1::bigint - ${OUTBOX_PATIENCE.firstMs}
  AND sent_at <= $1::bigint - ${OUTBOX_PATIENCE.firstMs} * (1 << least(attempts - 1, ${OUTBOX_PATIENCE.doublings})) ORDER BY sent_at LIMIT $2`;
export const MARK_OUTBOX_SENT = `UPDATE ledger_outbox o SET sent_at = $2::bigint, attempts = o.attempts + 1
  FROM jsonb_to_recordset($1::text::jsonb) AS k("formId" text, shard integer, "fromSeq" bigint)
  WHERE o.form_id = k."formId" AND o.shard = k.shard AND o.from_seq = k."fromSeq"`;
export const REMOVE_OUTBOX = "DELETE FROM ledger_outbox WHERE form_id = $1 AND shard = $2 AND from_seq = $3::bigint";

export async function outboxRange(db: Postgres, formId: string, shard: number, fromSeq: number): Promise<OutboxRow | null> {
  const [row] = await db.read<Omit<OutboxRow, "mayHave"> & Record<string, unknown>>("A range of the outbox", {
    sql: OUTBOX_RANGE,
    values: [formId, shard, fromSeq],
  });
  // What else there is, is in D1.
  return row === undefined ? null : { ...row, mayHave: { files: true, webhooks: true, plugins: true } };
}

export function overdueOutbox(db: Postgres, now: number, limit: number): Promise<OutboxPointer[]> {
  return db.read<OutboxPointer & Record<string, unknown>>("Overdue ranges", { sql: OVERDUE_OUTBOX, values: [now, limit] });
}

export async function markOutboxSent(db: Postgres, rows: readonly OutboxPointer[], now: number): Promise<void> {
  const keys = JSON.stringify(rows.map(({ formId, shard, fromSeq }) => ({ formId, shard, fromSeq })));
  await db.write("Marking ranges as sent", { sql: MARK_OUTBOX_SENT, values: [keys, now] });
}

export async function removeOutbox(db: Postgres, formId: string, shard: number, fromSeq: number): Promise<void> {
  await db.write("Removing a range", { sql: REMOVE_OUTBOX, values: [formId, shard, fromSeq] });
}
