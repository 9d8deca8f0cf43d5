// Counts a form again from what the store holds, while its ledgers keep the store as it is. Accepting goes on meanwhile.
import { type FormSchema, getVersion } from "../forms";
import type { WorkspaceContext } from "../shared/context";
import { ConflictError } from "../shared/errors";
import { openPrimaryStore, type ResponseRow, type RollupRow } from "../store";
import { passBarrier } from "./barrier";
import type { ReadableForm } from "./form";
import { effectCells } from "./journey";
import { type LedgerApi, ledgerOf } from "./ledger/api";
import { addBuckets, type CountedState, Counters } from "./ledger/counters";
import { Rollups } from "./ledger/settle-batch";
import { shardCount } from "./shards";

const HOLD_MS = 30_000;
const PAGE = 1_000;

export interface ShardRecount {
  shard: number;
  ledger: LedgerApi;
  /** What the ledger says, and what its rows add up to, visits aside. */
  told: CountedState;
  counted: CountedState;
  lastSubmittedAt: number | null;
  rows: number;
}

export interface Recount {
  shards: ShardRecount[];
  rollups: RollupRow[];
}

/** `use` runs while nothing settles; afterwards everything flows again, whatever happened. */
export async function withRecount<T>(ctx: WorkspaceContext, form: ReadableForm, use: (recount: Recount) => Promise<T>): Promise<T> {
  const barrier = await passBarrier(ctx, form.formId, form.settings);
  if (!barrier.current) throw new ConflictError("The store is not keeping up; try again when it does.", "store_behind");
  const ledgers = Array.from({ length: shardCount(form.settings) }, (_, shard) => ({
    shard,
    ledger: ledgerOf(ctx.env, form.formId, shard),
  }));
  try {
    for (const { ledger } of ledgers) await ledger.holdSettling(HOLD_MS);
    const rollups = new Rollups();
    const shards: ShardRecount[] = [];
    const schemas = new Map<number, FormSchema>();
    for (const { shard, ledger } of ledgers) {
      const told = await ledger.countedAtSettled();
      shards.push({ shard, ledger, told, ...(await countShard(ctx, form, shard, ledger, told, rollups, schemas)) });
    }
    return await use({ shards, rollups: rollups.deltas() });
  } finally {
    await Promise.allSettled(ledgers.map(({ ledger }) => ledger.releaseSettling()));
  }
}

async function countShard(
  ctx: WorkspaceContext,
  form: ReadableForm,
  shard: number,
  ledger: LedgerApi,
  told: CountedState,
  rollups: Rollups,
  schemas: Map<number, FormSchema>,
): Promise<Pick<ShardRecount, "counted" | "lastSubmittedAt" | "rows">> {
  const store = openPrimaryStore(ctx.env);
  const counters = new Counters();
  let after = 0;
  let rows = 0;
  for (;;) {
    const page = await store.scanResponses(ctx.workspaceId, form.formId, shard, after, PAGE);
    for (const row of page) {
      rows += 1;
      if (row.deletedAt !== null) continue;
      const effect = { ...row, cells: effectCells(await schemaOf(row), row.formVersion, row.status, row.data) };
      counters.apply(effect, 1);
      rollups.apply(effect, 1);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = last.seq;
    await ledger.holdSettling(HOLD_MS);
  }
  const { counts, buckets } = counters.takeDirty();
  return {
    counted: {
      settled: told.settled,
      counts: counts.filter(({ count }) => count !== 0),
      buckets: addBuckets(new Map(), buckets),
    },
    lastSubmittedAt: counters.lastSubmittedAt,
    rows,
  };

  async function schemaOf(row: ResponseRow): Promise<FormSchema> {
    const known = schemas.get(row.formVersion);
    if (known !== undefined) return known;
    const { schema } = await getVersion(ctx, form.formId, row.formVersion);
    schemas.set(row.formVersion, schema);
    return schema;
  }
}
