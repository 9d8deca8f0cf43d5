// One settle: one call of a function in the database, which is one transaction (migrations/postgres/0001_responses.sql).
//
// The audit log lives in D1 and a transaction cannot span both. So the rows go into the outbox row of the range, in this transaction,
// with the ids the ledger has given them; the first follower of the range copies them into the log, where a row that is there already
// is passed over. Copied before the commit, a row could speak of a change that never was; after it without the outbox, a crash
// between the two would lose it. This way each is written at least once, and counts once.
import type { EntryKind, SettleBatch, SettledAudit, SettledEntry, SettledRow, SettleResult } from "../primary";
import { type Postgres, type Statement, storable } from "./connection";
import { searchableWords } from "./words";

const SETTLE = `SELECT headwater_settle($1::text, $2::integer, $3::text, $4::bigint, $5::bigint, $6::text, $7::text, $8::bigint,
  $9::text::jsonb, $10::text::jsonb, $11::text::jsonb, $12::text::jsonb) AS stands`;

const PAST: Record<EntryKind, string> = {
  accept: "accepted",
  update: "updated",
  delete: "deleted",
  restore: "restored",
  erase: "erased",
};

/** SQLSTATE classes of what was sent rather than of who was asked: data, constraints, limits. Messages may be in any language. */
const OWN_FAULT = /^(22|23|54)/;

export async function settle(db: Postgres, batch: SettleBatch): Promise<SettleResult> {
  try {
    const [row] = await db.write<{ stands: number | null }>("A settle", settleStatement(batch));
    return row?.stands == null ? { kind: "settled" } : { kind: "behind", watermark: row.stands };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    // In the words by which a ledger knows that trying again as it is makes no sense.
    if (OWN_FAULT.test(code)) throw new Error(`constraint failed: ${code} ${(error as Error).message}`, { cause: error });
    throw error;
  }
}

export function settleStatement(batch: SettleBatch): Statement {
  const { formId, shard, workspaceId, fromSeq, toSeq, hash, correlationId, now } = batch;
  const rows = batch.rows.map((row) => jsonRow(formId, row));
  const entries = batch.entries.map(jsonEntry);
  const rollups = batch.rollups.map((rollup) => ({ ...rollup, value: storable(rollup.value), loose: rollup.loose ? 1 : 0 }));
  return {
    sql: SETTLE,
    values: [
      ...[formId, shard, workspaceId, fromSeq, toSeq, hash, correlationId, now],
      `[${rows.join(",")}]`,
      `[${entries.join(",")}]`,
      JSON.stringify(rollups),
      JSON.stringify(batch.entries.flatMap((entry) => auditOf(formId, entry))),
    ],
  };
}

function auditOf(formId: string, entry: SettledEntry): SettledAudit[] {
  if (entry.audit === null) return [];
  return [
    {
      ...entry.audit,
      userAgent: entry.audit.userAgent === null ? null : storable(entry.audit.userAgent),
      action: `response.${PAST[entry.kind]}`,
      targetId: entry.responseId,
      details: { form_id: formId, seq: entry.seq },
      correlationId: entry.correlationId,
      at: entry.at,
    },
  ];
}

function jsonRow(formId: string, row: SettledRow): string {
  const data = row.data === null ? null : storableJson(row.data);
  const head = {
    id: row.id,
    seq: row.seq,
    last_seq: row.lastSeq,
    data_seq: row.dataSeq,
    form_version: row.formVersion,
    status: row.status,
    submitted_at: row.submittedAt,
    started_at: row.startedAt,
    duration_ms: row.durationMs,
    updated_at: row.updatedAt,
    deleted_at: row.deletedAt,
    erased_at: row.erasedAt,
    data_hash: row.dataHash,
    words: data === null || row.erasedAt !== null ? [] : searchableWords(formId, JSON.parse(data)),
  };
  return withJson(head, { meta: row.meta === null ? null : storableJson(row.meta), data });
}

function jsonEntry(entry: SettledEntry): string {
  const head = {
    seq: entry.seq,
    response_id: entry.responseId,
    kind: entry.kind,
    form_version: entry.formVersion,
    status: entry.status,
    at: entry.at,
    submitted_at: entry.submittedAt,
    data_hash: entry.dataHash,
    salt: entry.salt,
    hash: entry.hash,
    actor: entry.audit === null ? null : `${entry.audit.actorKind}:${entry.audit.actorId}`,
  };
  return withJson(head, { data: entry.data === null ? null : storableJson(entry.data) });
}

/** Parts that are JSON text already are set in as they are. */
function withJson(head: Record<string, unknown>, parts: Record<string, string | null>): string {
  let text = JSON.stringify(head).slice(0, -1);
  for (const [name, json] of Object.entries(parts)) if (json !== null) text += `,"${name}":${json}`;
  return `${text}}`;
}

/** jsonb refuses NUL and half a surrogate pair. Answers are checked for both long before; but one must never hold up a ledger. */
function storableJson(json: string): string {
  if (!json.includes("\\u")) return json;
  return JSON.stringify(JSON.parse(json), (_, value) => (typeof value === "string" ? storable(value) : value));
}
