// A ledger's chain on its way out of one store and into another, entry by entry, each response as it stands with the entry that took it.
import { assertCan, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { ConflictError, UnavailableError } from "../shared/errors";
import { newId } from "../shared/ids";
import { type EntryRow, openPrimaryStore, type ResponseRow, type SettledEntry, type SettledRow } from "../store";
import { passBarrier } from "./barrier";
import { loadFormForReading } from "./form";
import { guardsOf } from "./guards";
import { ledgerOf } from "./ledger/api";
import { canonicalEntry, genesisHash, linkHash } from "./ledger/chain";
import type { CountedState } from "./ledger/counters";
import { MAX_SETTLE_BYTES, MAX_SETTLE_ENTRIES } from "./ledger/settle-batch";
import { shardCount } from "./shards";

export type CarriedEntry = Omit<EntryRow, "shard" | "erased">;

export interface CarriedRow extends Omit<ResponseRow, "formId" | "shard"> {
  /** The entry whose answers the response has now. */
  dataSeq: number;
  /** That entry's, where it comes later than this row; without it (older back-ups) the answers' digest cannot be made again. */
  dataSalt?: string | null;
}

export interface CarriedLine {
  entry: CarriedEntry;
  /** With the entry that accepted it; and with later ones that came while the chain was being read. */
  row?: CarriedRow;
}

/** What a ledger counted when its chain ended here. */
export interface CarriedEnd {
  settled: number;
  hash: string;
  counted: CountedState;
  lastSubmittedAt: number | null;
}

const HOLD_MS = 30_000;
const MAX_VERSIONS_OF_ONE = 1_000;

/** How many ledgers the form has, once all that was accepted can be read. */
export async function ledgersToCarry(ctx: ServiceContext, formId: string): Promise<number> {
  assertCan(ctx, "read");
  const form = await loadFormForReading(ctx, formId);
  const { current } = await passBarrier(ctx, formId, form.settings);
  if (!current) throw new UnavailableError("The store is not keeping up; try again when it does.");
  return shardCount(form.settings);
}

/** The next entries after `after`. `steadyUpTo`: how far the chain reached when reading began; a response changed later is given again. */
export async function carryOut(
  ctx: ServiceContext,
  at: { formId: string; shard: number; after: number; steadyUpTo: number; limit: number },
): Promise<CarriedLine[]> {
  assertCan(ctx, "read");
  const store = openPrimaryStore(ctx.env);
  const entries = await store.entries(ctx.workspaceId, at.formId, at.shard, at.after, at.limit);
  const last = entries.at(-1);
  if (last === undefined) return [];
  const rows = await store.scanResponses(ctx.workspaceId, at.formId, at.shard, at.after, entries.length);
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  const lines: CarriedLine[] = [];
  for (const { shard: _shard, erased: _erased, ...entry } of entries) {
    const accepted = entry.kind === "accept" ? bySeq.get(entry.seq) : undefined;
    const again =
      accepted === undefined && entry.seq > at.steadyUpTo ? await store.getResponse(ctx.workspaceId, at.formId, entry.responseId) : null;
    const row = accepted ?? again;
    lines.push(row == null ? { entry } : { entry, row: await carriedRow(ctx, row) });
  }
  return lines;
}

async function carriedRow(ctx: WorkspaceContext, { formId, shard: _shard, ...row }: ResponseRow): Promise<CarriedRow> {
  if (row.lastSeq === row.seq) return { ...row, dataSeq: row.seq };
  const versions = await openPrimaryStore(ctx.env).responseEntries(ctx.workspaceId, formId, row.id, MAX_VERSIONS_OF_ONE);
  const wrote = versions.filter(({ kind, seq }) => seq <= row.lastSeq && kind !== "delete" && kind !== "restore");
  const last = wrote.at(-1);
  return { ...row, dataSeq: last?.seq ?? row.seq, dataSalt: last?.salt ?? null };
}

/** Reads the rest of the chain while nothing settles, and says what the ledger had counted there. Accepting goes on. */
export async function carryOutEnd(
  ctx: ServiceContext,
  at: { formId: string; shard: number; after: number; steadyUpTo: number; limit: number },
): Promise<{ lines: CarriedLine[]; end: CarriedEnd }> {
  assertCan(ctx, "read");
  const ledger = ledgerOf(ctx.env, at.formId, at.shard);
  try {
    const settled = await ledger.holdSettling(HOLD_MS);
    const lines: CarriedLine[] = [];
    for (let after = at.after; after < settled; ) {
      const page = await carryOut(ctx, { ...at, after });
      const last = page.at(-1);
      if (last === undefined) throw new ConflictError("The chain ends before its mark; try again.", "moved_on");
      lines.push(...page);
      after = last.entry.seq;
      await ledger.holdSettling(HOLD_MS);
    }
    const marks = await openPrimaryStore(ctx.env).marks(at.formId);
    const hash = marks.find(({ shard }) => shard === at.shard)?.hash ?? genesisHash(at.formId, at.shard);
    const { lastSubmittedAt } = await ledger.totals();
    return { lines, end: { settled, hash, counted: await ledger.countedAtSettled(), lastSubmittedAt } };
  } finally {
    await ledger.releaseSettling();
  }
}

/** Writes lines into the store of a ledger that takes nothing itself yet. Lines that are there already are passed over. */
export async function carryIn(ctx: ServiceContext, formId: string, shard: number, lines: readonly CarriedLine[]): Promise<void> {
  assertCan(ctx, "delete");
  const store = openPrimaryStore(ctx.env);
  const mark = (await store.marks(formId)).find((one) => one.shard === shard);
  let hash = mark === undefined || mark.seq === 0 ? genesisHash(formId, shard) : mark.hash;
  const missing = lines.filter(({ entry }) => entry.seq > (mark?.seq ?? 0));
  for (const part of parts(missing)) {
    const first = part[0]?.entry.seq ?? 0;
    const last = part.at(-1)?.entry.seq ?? 0;
    const rows = new Map<string, SettledRow>();
    const entries: SettledEntry[] = [];
    for (const { entry, row } of part) {
      hash = linkHash(hash, canonicalEntry(entry));
      entries.push(settledEntry(ctx, entry, hash, row?.dataSeq === entry.seq));
      if (row !== undefined) rows.set(row.id, settledRow(row));
    }
    const batch = { formId, workspaceId: ctx.workspaceId, shard, fromSeq: first, toSeq: last, hash };
    const result = await store.settle({
      ...batch,
      rows: [...rows.values()],
      entries,
      rollups: [],
      correlationId: ctx.correlationId,
      now: ctx.now(),
    });
    if (result.kind === "behind" && result.watermark < last) throw new ConflictError("Something else writes to this form.", "moved_on");
    // What happened elsewhere, long ago, is no news for anybody's webhooks.
    await store.removeOutbox(formId, shard, first);
  }
}

function* parts(lines: readonly CarriedLine[]): Generator<CarriedLine[]> {
  let part: CarriedLine[] = [];
  let bytes = 0;
  for (const line of lines) {
    const size = JSON.stringify(line).length * 2;
    if (part.length > 0 && (part.length >= MAX_SETTLE_ENTRIES || bytes + size > MAX_SETTLE_BYTES)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(line);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

function settledEntry(ctx: WorkspaceContext, entry: CarriedEntry, hash: string, isHolder: boolean): SettledEntry {
  const { actor, data, ...rest } = entry;
  const kind = actor?.split(":")[0];
  const by = actor?.slice((kind?.length ?? 0) + 1);
  const known = kind === "user" || kind === "key" || kind === "system";
  return {
    ...rest,
    hash,
    audit: known ? { id: newId("audit", entry.at), actorKind: kind, actorId: by ?? "", ip: null, userAgent: null } : null,
    correlationId: ctx.correlationId,
    data: data === null || isHolder ? null : JSON.stringify(data),
  };
}

function settledRow({ meta, data, dataSalt: _salt, ...row }: CarriedRow): SettledRow {
  return { ...row, meta: JSON.stringify(meta), data: JSON.stringify(data) };
}

/** Lets the ledger go on from where the carried chain ended: its counts, and what must not be answered twice. */
export async function carryInEnd(ctx: ServiceContext, formId: string, shard: number, end: CarriedEnd): Promise<void> {
  assertCan(ctx, "delete");
  const mark = (await openPrimaryStore(ctx.env).marks(formId)).find((one) => one.shard === shard);
  const reached = mark?.seq ?? 0;
  const ledger = ledgerOf(ctx.env, formId, shard);
  // It went on from here already: an earlier attempt came as far as repeating erasures.
  if (reached > end.settled && (await ledger.health()).head >= reached) return;
  if (reached !== end.settled) throw new ConflictError("The chain is not complete.", "moved_on");
  const { settled, counted, lastSubmittedAt } = end;
  const adopted = await ledger.adopt({
    workspaceId: ctx.workspaceId,
    settled,
    hash: mark?.hash ?? genesisHash(formId, shard),
    counted,
    lastSubmittedAt,
  });
  if (!adopted) throw new ConflictError("The form has answers of its own already.", "not_empty");
}

/** Answers that may be given once are remembered by their digest, which is the form's own: it is made anew. An address is not stored. */
export async function carryInDuplicates(ctx: ServiceContext, formId: string, shard: number, lines: readonly CarriedLine[]): Promise<void> {
  assertCan(ctx, "delete");
  const form = await loadFormForReading(ctx, formId);
  if (form.settings?.duplicates?.by.startsWith("field:") !== true) return;
  const held: [responseId: string, key: string][] = [];
  for (const { row } of lines) {
    if (row === undefined || row.status !== "complete" || row.deletedAt !== null) continue;
    const { duplicateKey } = guardsOf(form.settings, formId, row.data, { ip: null }, ctx.env.APP_SECRET);
    if (duplicateKey !== null) held.push([row.id, duplicateKey]);
  }
  if (held.length > 0) await ledgerOf(ctx.env, formId, shard).holdDuplicates(held);
}
