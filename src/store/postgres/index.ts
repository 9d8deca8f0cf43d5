import type { Mark, PrimaryStore } from "../primary";
import { openPostgres } from "./connection";
import { markOutboxSent, outboxRange, overdueOutbox, removeOutbox } from "./outbox";
import { chain, changedRows, erasures, getResponse, listResponses, responseEntries, responsesAt, scanResponses } from "./responses";
import { readRollups, replaceRollups } from "./rollups";
import { settle } from "./settle";

export const MARKS = "SELECT shard, seq, hash FROM ledger_marks WHERE form_id = $1 ORDER BY shard";

export function openPostgresStore(connectionString: string): PrimaryStore {
  const db = openPostgres(connectionString);
  return {
    settle: (batch) => settle(db, batch),
    marks: (formId) => db.read<Mark & Record<string, unknown>>("Marks of ledgers", { sql: MARKS, values: [formId] }),
    listResponses: (query) => listResponses(db, query),
    getResponse: (workspaceId, formId, id) => getResponse(db, workspaceId, formId, id),
    formOfResponse: async (workspaceId, id) => {
      const sql = "SELECT form_id FROM responses WHERE id = $1 AND workspace_id = $2";
      const [row] = await db.read<{ form_id: string }>("A response's form", { sql, values: [id, workspaceId] });
      return row?.form_id ?? null;
    },
    responseEntries: (workspaceId, formId, id, limit) => responseEntries(db, workspaceId, formId, id, limit),
    entries: (workspaceId, formId, shard, after, limit) => chain(db, workspaceId, formId, shard, after, limit),
    erasures: (span) => erasures(db, span),
    scanResponses: (workspaceId, formId, shard, after, limit) => scanResponses(db, workspaceId, formId, shard, after, limit),
    responsesAt: (workspaceId, formId, shard, seqs) => responsesAt(db, workspaceId, formId, shard, seqs),
    changedRows: (span, rowsTo) => changedRows(db, span, rowsTo),
    rollups: (formId) => readRollups(db, formId),
    replaceRollups: (formId, marks, rollups) => replaceRollups(db, formId, marks, rollups),
    outboxRange: (formId, shard, fromSeq) => outboxRange(db, formId, shard, fromSeq),
    overdueOutbox: (now, limit) => overdueOutbox(db, now, limit),
    markOutboxSent: (rows, now) => markOutboxSent(db, rows, now),
    removeOutbox: (formId, shard, fromSeq) => removeOutbox(db, formId, shard, fromSeq),
  };
}
