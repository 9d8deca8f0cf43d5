// Entries of a chain with what an event tells besides: the hash before, and the response they belong to.
import { genesisHash } from "../../responses";
import type { WorkspaceContext } from "../../shared/context";
import { type EntryRow, openPrimaryStore, type ResponseRow } from "../../store";
import type { ResponseEventType } from "../event-types";

export interface TracedEntry {
  entry: EntryRow;
  prevHash: string;
  /** As it stands now; null when the rows were not asked for. */
  row: ResponseRow | null;
}

/** Fewer apart than this, and reading what lies between costs less than asking twice. */
const SMALL_GAP = 16;

/** Entries `fromSeq…toSeq` of one ledger, as far as they are settled. */
export async function readRange(
  ctx: WorkspaceContext,
  at: { formId: string; shard: number; fromSeq: number; toSeq: number },
  withRows: boolean,
): Promise<TracedEntry[]> {
  const store = openPrimaryStore(ctx.env);
  const { formId, shard, fromSeq, toSeq } = at;
  const before = Math.max(0, fromSeq - 2);
  const span = toSeq - before;
  const [chain, scanned] = await Promise.all([
    store.entries(ctx.workspaceId, formId, shard, before, span),
    withRows ? store.scanResponses(ctx.workspaceId, formId, shard, fromSeq - 1, toSeq - fromSeq + 1) : [],
  ]);
  const rows = new Map(scanned.map((row) => [row.id, row]));
  if (withRows) {
    // Changes to responses that were accepted before this range.
    const missing = new Set(chain.map((entry) => entry.responseId).filter((id) => !rows.has(id)));
    for (const row of await Promise.all([...missing].map((id) => store.getResponse(ctx.workspaceId, formId, id)))) {
      if (row !== null) rows.set(row.id, row);
    }
  }
  const hashes = new Map(chain.map((entry) => [entry.seq, entry.hash]));
  return chain
    .filter((entry) => entry.seq >= fromSeq && entry.seq <= toSeq)
    .map((entry) => ({
      entry,
      prevHash: entry.seq === 1 ? genesisHash(formId, shard) : (hashes.get(entry.seq - 1) ?? ""),
      row: rows.get(entry.responseId) ?? null,
    }));
}

/** These entries alone, in as few reads as their places allow. */
export async function readSeqs(
  ctx: WorkspaceContext,
  formId: string,
  shard: number,
  seqs: readonly number[],
): Promise<Map<number, TracedEntry>> {
  const runs: { fromSeq: number; toSeq: number }[] = [];
  for (const seq of [...new Set(seqs)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && seq - last.toSeq <= SMALL_GAP) last.toSeq = seq;
    else runs.push({ fromSeq: seq, toSeq: seq });
  }
  const found = await Promise.all(runs.map((run) => readRange(ctx, { formId, shard, ...run }, true)));
  return new Map(found.flat().map((traced) => [traced.entry.seq, traced]));
}

/** What an entry is to the outside; null when it is nobody's business (yet): a partial answer is not a response. */
export function eventTypeOf(entry: Pick<EntryRow, "kind" | "status" | "actor">): ResponseEventType | null {
  if (entry.status !== "complete") return null;
  switch (entry.kind) {
    case "accept":
      return "response.submitted";
    case "update":
      // Only respondents change a response without being somebody: by completing what they had begun.
      return entry.actor === null ? "response.submitted" : "response.updated";
    case "delete":
    case "erase":
      return "response.deleted";
    case "restore":
      return "response.restored";
  }
}
