import type { Mark, PrimaryStore } from "../primary";
import { markOutboxSent, outboxRange, overdueOutbox, removeOutbox } from "./outbox";
import { chain, changedRows, erasures, getResponse, listResponses, responseEntries, responsesAt, scanResponses } from "./responses";
import { readRollups, replaceRollups } from "./rollups";
import { settle } from "./settle";

export function openD1Store(db: D1Database): PrimaryStore {
  return {
    settle: (batch) => settle(db, batch),
    marks: async (formId) =>
      (await db.prepare("SELECT shard, seq, hash FROM ledger_marks WHERE form_id = ?1 ORDER BY shard").bind(formId).all<Mark>()).results,
    listResponses: (query) => listResponses(db, query),
    getResponse: (workspaceId, formId, id) => getResponse(db, workspaceId, formId, id),
    formOfResponse: (workspaceId, id) =>
      db.prepare("SELECT form_id FROM responses WHERE id = ?1 AND workspace_id = ?2").bind(id, workspaceId).first<string>("form_id"),
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
