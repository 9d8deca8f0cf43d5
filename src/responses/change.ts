// Changing a response: take a turn at its ledger, read it from the store once that is current, say what it becomes, and let the
// ledger accept that as an entry. Somebody faster makes the ledger refuse; then it is read again.
import { type FormSchema, getVersion } from "../forms";
import type { WorkspaceContext } from "../shared/context";
import { NotFoundError, UnavailableError } from "../shared/errors";
import { newId } from "../shared/ids";
import { openPrimaryStore, type ResponseRow } from "../store";
import { auditActor } from "../store/audit";
import { notInStore, passBarrier } from "./barrier";
import { loadFormForReading, type ReadableForm } from "./form";
import { guardsOf } from "./guards";
import { effectCells } from "./journey";
import { ledgerOf } from "./ledger/api";
import { canonicalJson, dataHash, newSalt } from "./ledger/chain";
import type { ChangeRequest, Effect } from "./ledger/types";
import { refusalError } from "./refusals";
import { shardCount } from "./shards";

const encoder = new TextEncoder();
const WAIT_MS = 5_000;
const ATTEMPTS = 5;

export interface Change {
  kind: ChangeRequest["kind"];
  /** The answers from now on; absent when they stay as they are. */
  data?: Record<string, unknown>;
}

/** `decide` sees the response as it is now and says what becomes of it; null: it is already so. */
export async function changeResponse(
  ctx: WorkspaceContext,
  formId: string,
  responseId: string,
  decide: (row: ResponseRow, schema: FormSchema) => Change | null | Promise<Change | null>,
): Promise<ResponseRow> {
  const form = await loadFormForReading(ctx, formId);
  const shard = await shardOf(ctx, form, responseId);
  const ledger = ledgerOf(ctx.env, form.formId, shard);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { turn, head, current } = await ledger.openChange(responseId, WAIT_MS);
    if (!current) throw new UnavailableError("The store is not keeping up; nothing was changed.");
    let handedOver = false;
    try {
      const row = await openPrimaryStore(ctx.env).getResponse(ctx.workspaceId, form.formId, responseId);
      if (row === null) throw new NotFoundError("The response");
      const { schema } = await getVersion(ctx, form.formId, row.formVersion);
      const change = await decide(row, schema);
      if (change === null) return row;
      const request = changeRequest(ctx, form, row, schema, change, { turn, readAt: head });
      handedOver = true;
      const outcome = await ledger.change(request);
      if (outcome.kind !== "refused") return rowAfter(row, change, outcome.seq, ctx.now());
      if (outcome.reason !== "changed") throw refusalError(outcome.reason);
    } finally {
      if (!handedOver) await ledger.closeChange(responseId, turn);
    }
  }
  throw refusalError("changed");
}

/** A response stays with the ledger that accepted it. */
async function shardOf(ctx: WorkspaceContext, form: ReadableForm, responseId: string): Promise<number> {
  if (shardCount(form.settings) === 1) return 0;
  const { current } = await passBarrier(ctx, form.formId, form.settings);
  const row = await openPrimaryStore(ctx.env).getResponse(ctx.workspaceId, form.formId, responseId);
  if (row === null) throw notInStore(current);
  return row.shard;
}

function changeRequest(
  ctx: WorkspaceContext,
  form: ReadableForm,
  row: ResponseRow,
  schema: FormSchema,
  change: Change,
  read: { turn: number; readAt: number },
): ChangeRequest {
  const { kind } = change;
  const data = change.data ?? row.data;
  const text = change.data === undefined ? null : JSON.stringify(change.data);
  const salt = change.data === undefined || kind === "erase" ? null : newSalt();
  const counts = kind === "update" || kind === "restore";
  const add = counts ? effectOf(row, schema, data) : null;
  // Who edits is not who answered: their own address must not stand in for the respondent's.
  const guards = guardsOf(form.settings, form.formId, data, { ip: null }, ctx.env.APP_SECRET);
  return {
    ...read,
    kind,
    responseId: row.id,
    formVersion: row.formVersion,
    status: row.status,
    startedAt: row.startedAt,
    data: text,
    salt,
    dataHash: change.data === undefined ? row.dataHash : dataHash(salt ?? "", canonicalJson(data)),
    meta: text === null ? null : JSON.stringify(kind === "erase" ? {} : row.meta),
    bytes: text === null ? 0 : encoder.encode(text).byteLength,
    audit: { id: newId("audit", ctx.now()), ...actorOf(ctx), ip: ctx.client.ip, userAgent: ctx.client.userAgent },
    cells: add?.cells ?? [],
    correlationId: ctx.correlationId,
    basedOn: row.lastSeq,
    row: { seq: row.seq, submittedAt: row.submittedAt, durationMs: row.durationMs },
    take: row.deletedAt === null ? effectOf(row, schema, row.data) : null,
    add,
    freesDuplicate: guards.duplicateKey === null && form.settings?.duplicates?.by.startsWith("field:") === true,
    guards,
  };
}

function effectOf(row: ResponseRow, schema: FormSchema, data: Record<string, unknown>): Effect {
  const { status, submittedAt, durationMs } = row;
  return { status, submittedAt, durationMs, cells: effectCells(schema, row.formVersion, status, data) };
}

function actorOf(ctx: WorkspaceContext) {
  const { kind, id } = auditActor(ctx);
  return { actorKind: kind, actorId: id };
}

function rowAfter(row: ResponseRow, { kind, data }: Change, lastSeq: number, now: number): ResponseRow {
  const gone = kind === "delete" || kind === "erase";
  return {
    ...row,
    data: data ?? row.data,
    meta: kind === "erase" ? {} : row.meta,
    lastSeq,
    updatedAt: now,
    deletedAt: gone ? now : null,
    erasedAt: kind === "erase" ? now : row.erasedAt,
  };
}
