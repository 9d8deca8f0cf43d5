// What a ledger is told and what it answers. Answers of respondents cross as JSON text: the ledger keeps them, it never reads them.
import type { EntryKind, ResponseStatus } from "../../store";

/** One thing to count: a field's value; or, with value "", that the field was answered (and with which number). */
export type Cell = readonly [field: string, value: string, number?: number];

/** What one response adds to the counters. A change carries what to take and what to add instead. */
export interface Effect {
  status: ResponseStatus;
  submittedAt: number;
  durationMs: number | null;
  cells: readonly Cell[];
}

export interface Guards {
  opensAt: number | null;
  closesAt: number | null;
  quota: number | null;
  quotas: readonly { field: string; value: string; limit: number }[];
  /** Already counted by the form's other ledgers, which take no more while there is a quota. */
  elsewhere: { complete: number; values: readonly number[] };
  /** A digest of what must occur only once; never the answer or the address itself. */
  duplicateKey: string | null;
}

export interface AuditFacts {
  /** Of the audit row, so that a settle repeated elsewhere writes it once. */
  id: string;
  actorKind: "user" | "key" | "system";
  actorId: string;
  ip: string | null;
  userAgent: string | null;
}

export interface StartRef {
  id: string;
  at: number;
}

/** Where on the form somebody is: the version, and the page by its rank on it and its name. */
export interface Place {
  version: number;
  rank: number;
  page: string;
}

export interface StartRequest {
  start: StartRef;
  /** Where everybody begins, and where this one is. */
  first: Place;
  place: Place;
  workspaceId: string;
  /** A digest of who asks, so that one address cannot hold all places. */
  address: string | null;
  guards: Pick<Guards, "opensAt" | "closesAt" | "quota" | "elsewhere">;
}

export type StartOutcome = { kind: "started"; heldUntil: number | null } | { kind: "refused"; reason: Refusal };

interface Written {
  responseId: string;
  formVersion: number;
  status: ResponseStatus;
  startedAt: number | null;
  /** Digest over `data`; of the data before, when `data` is null. */
  dataHash: string;
  salt: string | null;
  /** JSON text; null: unchanged. */
  data: string | null;
  meta: string | null;
  /** Size of `data` in UTF-8, so that a settle can be cut to what a statement carries. */
  bytes: number;
  /** Who changed it, for the audit log. Null for the respondent. */
  audit: AuditFacts | null;
  cells: readonly Cell[];
  correlationId: string;
}

export interface AcceptRequest extends Written {
  workspaceId: string;
  data: string;
  meta: string;
  salt: string;
  /** A time in the past; only Headwater itself may give one. Null: now. */
  submittedAt: number | null;
  idempotency: { key: string; fingerprint: string; keptMs: number } | null;
  guards: Guards;
  /** A start that was counted, and that may hold a place. */
  start: StartRef | null;
  /** A partial response is kept under this digest; completing it shows the token again. */
  resumeHash: string | null;
  /** Continues a partial response, as read at `basedOn`. */
  resumes: { basedOn: number } | null;
}

export interface ChangeRequest extends Written {
  kind: Exclude<EntryKind, "accept">;
  turn: number;
  /** The newest entry of this response that the change has seen, and how far the ledger had been read. */
  basedOn: number;
  readAt: number;
  row: { seq: number; submittedAt: number; durationMs: number | null };
  take: Effect | null;
  add: Effect | null;
  guards: Pick<Guards, "quota" | "quotas" | "elsewhere" | "duplicateKey">;
  /** What made it the only one is no longer among its answers. */
  freesDuplicate: boolean;
}

export type Refusal =
  | "key_reused"
  | "quota_reached"
  | "duplicate"
  | "not_open"
  | "closed"
  | "changed"
  /** The key belongs to another ledger by now. */
  | "moved"
  | "already_complete"
  | "unknown_resume_token";

export interface Accepted {
  kind: "accepted" | "replayed";
  responseId: string;
  seq: number;
  position: string;
  formVersion: number;
  status: ResponseStatus;
  submittedAt: number;
  /** The first reply's answers, when the ledger still holds them. */
  data: string | null;
}

export type Outcome = Accepted | { kind: "refused"; reason: Refusal };

export interface SavedPartial {
  responseId: string;
  basedOn: number;
  seq: number;
  formVersion: number;
  startedAt: number | null;
  submittedAt: number;
  data: string;
  meta: string;
}

export interface BarrierResult {
  /** Everything accepted before the call can be read from the store. False when the store is down or slow. */
  current: boolean;
  /** The head of the ledger, for keys of cached results. */
  position: string;
  head: number;
}

/** An entry as the ledger keeps it: everything but the answers, which lie beside it as text. */
export interface Entry {
  seq: number;
  kind: EntryKind;
  responseId: string;
  /** Of the entry that accepted this response. */
  rowSeq: number;
  formVersion: number;
  status: ResponseStatus;
  at: number;
  submittedAt: number;
  startedAt: number | null;
  durationMs: number | null;
  dataHash: string;
  salt: string | null;
  meta: string | null;
  audit: AuditFacts | null;
  /** When the start that this response takes the place of was counted. */
  startAt: number | null;
  take: Effect | null;
  add: Effect | null;
  bytes: number;
  correlationId: string;
}

export interface StoredEntry extends Entry {
  hash: string;
  data: string | null;
}
