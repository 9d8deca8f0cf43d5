// The primary store of the bulk tables: responses, their entries, roll-ups, and with them the watermark and the outbox, so that
// a settle stays one transaction wherever it lands. Everything else in Headwater uses Drizzle on D1 directly.
import type { Condition } from "./conditions";
import type { Marks } from "./state";

export type ResponseStatus = "complete" | "partial";
export type EntryKind = "accept" | "update" | "delete" | "restore" | "erase";

/** The latest state of one response, as one settle leaves it. `data` and `meta` are JSON text; null data is unchanged. */
export interface SettledRow {
  id: string;
  seq: number;
  lastSeq: number;
  dataSeq: number | null;
  formVersion: number;
  status: ResponseStatus;
  submittedAt: number;
  startedAt: number | null;
  durationMs: number | null;
  updatedAt: number;
  deletedAt: number | null;
  erasedAt: number | null;
  dataHash: string;
  meta: string | null;
  data: string | null;
}

export interface SettledEntry {
  seq: number;
  responseId: string;
  kind: EntryKind;
  formVersion: number;
  status: ResponseStatus;
  at: number;
  submittedAt: number;
  dataHash: string;
  salt: string | null;
  hash: string;
  /** Becomes a row of the audit log; null for what a respondent did. */
  audit: EntryAudit | null;
  correlationId: string;
  /** Only what a later entry of the same settle has replaced. */
  data: string | null;
}

export interface EntryAudit {
  id: string;
  actorKind: "user" | "key" | "system";
  actorId: string;
  ip: string | null;
  userAgent: string | null;
}

export interface RollupDelta {
  day: string;
  field: string;
  value: string;
  count: number;
  sum: number;
  min: number | null;
  max: number | null;
  loose: boolean;
}

/** A day, a field and a value, as counted so far. */
export type RollupRow = RollupDelta;

export interface SettleBatch {
  formId: string;
  workspaceId: string;
  shard: number;
  /** Entries `fromSeq…toSeq`, without a hole. Written only when the watermark stands at `fromSeq - 1`. */
  fromSeq: number;
  toSeq: number;
  hash: string;
  rows: readonly SettledRow[];
  entries: readonly SettledEntry[];
  rollups: readonly RollupDelta[];
  correlationId: string | null;
  now: number;
}

/** `behind`: nothing was written, because the watermark stands elsewhere. */
export type SettleResult = { kind: "settled" } | { kind: "behind"; watermark: number };

export interface ResponseRow {
  id: string;
  formId: string;
  shard: number;
  seq: number;
  lastSeq: number;
  formVersion: number;
  status: ResponseStatus;
  submittedAt: number;
  startedAt: number | null;
  durationMs: number | null;
  updatedAt: number;
  deletedAt: number | null;
  erasedAt: number | null;
  dataHash: string;
  meta: Record<string, unknown>;
  data: Record<string, unknown>;
}

export interface EntryRow extends Omit<SettledEntry, "data" | "audit" | "correlationId"> {
  shard: number;
  /** `user:<id>`, `key:<id>`; null for the respondent. */
  actor: string | null;
  /** As this entry left it; null where the entry did not touch the answers, or they were erased. */
  data: Record<string, unknown> | null;
  erased: boolean;
}

export interface ListQuery {
  workspaceId: string;
  formId: string;
  status?: ResponseStatus | "deleted";
  createdAfter?: number;
  createdBefore?: number;
  condition?: Condition;
  /** Words to search for, already split; every one must occur (as a prefix). */
  words?: readonly string[];
  /** As they stood when each ledger had reached its mark; as they are now when absent. Together with `words`: see snapshot.ts. */
  asOf?: Marks;
  descending: boolean;
  /** `[submittedAt, seq, shard]` of the last row seen. */
  after?: readonly [number, number, number];
  limit: number;
}

/**
 * What was sent is waited for, and twice as long the next times: a queue that is far behind would else be given all it holds again
 * every minute, and come to nothing else. No longer than four minutes: a queue that has died has forgotten what it was given.
 */
export const OUTBOX_PATIENCE = { firstMs: 60_000, doublings: 2 };

export interface OutboxPointer {
  formId: string;
  shard: number;
  fromSeq: number;
  toSeq: number;
  workspaceId: string;
  correlationId: string | null;
  createdAt: number;
  attempts: number;
}

/** With what most followers would otherwise ask for one by one, to hear that they have nothing to do. */
export interface OutboxRow extends OutboxPointer {
  erases: boolean;
  /** What this form or its workspace has at all; where the store cannot tell, it may have everything. */
  mayHave: { files: boolean; webhooks: boolean; plugins: boolean };
  /** Audit rows of this range that the store could not write itself, because the log is elsewhere. */
  audit: SettledAudit[];
}

export interface SettledAudit extends EntryAudit {
  action: string;
  targetId: string;
  details: Record<string, unknown>;
  correlationId: string;
  at: number;
}

export interface Mark {
  shard: number;
  seq: number;
  hash: string;
}

/** Entries of one shard: those after `after`, and up to `upTo`. */
export interface Span {
  workspaceId: string;
  formId: string;
  shard: number;
  after: number;
  upTo: number;
}

export interface PrimaryStore {
  settle(batch: SettleBatch): Promise<SettleResult>;
  marks(formId: string): Promise<Mark[]>;

  listResponses(query: ListQuery): Promise<ResponseRow[]>;
  getResponse(workspaceId: string, formId: string, id: string): Promise<ResponseRow | null>;
  /** Which form a settled response belongs to. */
  formOfResponse(workspaceId: string, id: string): Promise<string | null>;
  responseEntries(workspaceId: string, formId: string, id: string, limit: number): Promise<EntryRow[]>;
  /** The chain of one shard in order, from after `after`. */
  entries(workspaceId: string, formId: string, shard: number, after: number, limit: number): Promise<EntryRow[]>;
  /** The entries that erase, without reading the others. */
  erasures(span: Span): Promise<Pick<EntryRow, "responseId" | "at">[]>;

  /** Every row of one shard in order of its number, deleted ones too, for those who count everything again. */
  scanResponses(workspaceId: string, formId: string, shard: number, after: number, limit: number): Promise<ResponseRow[]>;
  /** Those rows of one shard, by their numbers. */
  responsesAt(workspaceId: string, formId: string, shard: number, seqs: readonly number[]): Promise<ResponseRow[]>;
  /** Which rows, of those numbered up to `rowsTo`, the entries have changed. */
  changedRows(span: Span, rowsTo: number): Promise<number[]>;
  rollups(formId: string): Promise<RollupRow[]>;
  /** False, and nothing written, when one of the ledgers has settled since. */
  replaceRollups(formId: string, marks: readonly Pick<Mark, "shard" | "seq">[], rollups: readonly RollupRow[]): Promise<boolean>;

  outboxRange(formId: string, shard: number, fromSeq: number): Promise<OutboxRow | null>;
  /** Those about which somebody was told so long ago that nobody can have heard; see `OUTBOX_PATIENCE`. */
  overdueOutbox(now: number, limit: number): Promise<OutboxPointer[]>;
  markOutboxSent(rows: readonly OutboxPointer[], now: number): Promise<void>;
  removeOutbox(formId: string, shard: number, fromSeq: number): Promise<void>;
}
