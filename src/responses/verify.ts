// Is what is stored, what is counted and what was accepted the same? Reads everything, changes nothing.
import { assertCan, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { openPrimaryStore, type RollupRow } from "../store";
import { loadFormForReading } from "./form";
import { canonicalEntry, canonicalJson, dataHash, genesisHash, linkHash } from "./ledger/chain";
import { type CountedState, withVisits } from "./ledger/counters";
import { type Recount, withRecount } from "./recount";

const PAGE = 1_000;
const MAX_DRIFT = 100;

export interface Drift {
  where: "chain" | "rows" | "counters" | "buckets" | "rollups";
  shard: number | null;
  what: string;
  expected: unknown;
  found: unknown;
}

export interface Verification {
  formId: string;
  ok: boolean;
  entries: number;
  responses: number;
  drift: Drift[];
}

export async function verifyForm(ctx: ServiceContext, formId: string): Promise<Verification> {
  assertCan(ctx, "write");
  const form = await loadFormForReading(ctx, formId);
  return withRecount(ctx, form, async (recount) => {
    const drift: Drift[] = [];
    let entries = 0;
    for (const { shard, told, counted, rows } of recount.shards) {
      const chain = await checkChain(ctx, form.formId, shard, told.settled, drift);
      entries += chain.entries;
      if (chain.accepted !== rows) drift.push({ where: "rows", shard, what: "responses", expected: chain.accepted, found: rows });
      compareCounted(shard, withVisits(counted, told), told, drift);
    }
    compareRollups(recount, await openPrimaryStore(ctx.env).rollups(form.formId), drift);
    const responses = recount.shards.reduce((sum, { rows }) => sum + rows, 0);
    return { formId: form.formId, ok: drift.length === 0, entries, responses, drift: drift.slice(0, MAX_DRIFT) };
  });
}

async function checkChain(ctx: WorkspaceContext, formId: string, shard: number, settled: number, drift: Drift[]) {
  const store = openPrimaryStore(ctx.env);
  let hash = genesisHash(formId, shard);
  let seq = 0;
  let accepted = 0;
  for (;;) {
    const page = await store.entries(ctx.workspaceId, formId, shard, seq, PAGE);
    for (const entry of page) {
      if (entry.seq !== seq + 1) drift.push({ where: "chain", shard, what: "number", expected: seq + 1, found: entry.seq });
      const expected = linkHash(hash, canonicalEntry(entry));
      if (expected !== entry.hash) drift.push({ where: "chain", shard, what: `hash of entry ${entry.seq}`, expected, found: entry.hash });
      if (entry.data !== null && entry.salt !== null) {
        const digest = dataHash(entry.salt, canonicalJson(entry.data));
        if (digest !== entry.dataHash)
          drift.push({ where: "chain", shard, what: `answers of entry ${entry.seq}`, expected: entry.dataHash, found: digest });
      }
      hash = entry.hash;
      seq = entry.seq;
      if (entry.kind === "accept") accepted += 1;
    }
    if (page.length < PAGE) break;
  }
  if (seq !== settled) drift.push({ where: "chain", shard, what: "length", expected: settled, found: seq });
  return { entries: seq, accepted };
}

function compareCounted(shard: number, counted: CountedState, told: CountedState, drift: Drift[]): void {
  const found = new Map(told.counts.map((row) => [row.name, row]));
  for (const row of counted.counts) {
    const other = found.get(row.name);
    found.delete(row.name);
    if (other?.count !== row.count || !isClose(row.sum, other.sum)) {
      drift.push({ where: "counters", shard, what: row.name.replace("\0", " = "), expected: row, found: other ?? null });
    }
  }
  for (const row of found.values())
    drift.push({ where: "counters", shard, what: row.name.replace("\0", " = "), expected: null, found: row });
  const buckets = new Map(told.buckets.map(([start, bucket]) => [start, canonicalJson(bucket)]));
  for (const [start, bucket] of counted.buckets) {
    const other = buckets.get(start);
    buckets.delete(start);
    if (other !== canonicalJson(bucket))
      drift.push({ where: "buckets", shard, what: new Date(start).toISOString(), expected: bucket, found: other ?? null });
  }
  for (const [start, bucket] of buckets)
    drift.push({ where: "buckets", shard, what: new Date(start).toISOString(), expected: null, found: bucket });
}

function compareRollups({ rollups }: Recount, stored: readonly RollupRow[], drift: Drift[]): void {
  const key = ({ day, field, value }: RollupRow) => `${day} ${field} = ${value}`;
  const found = new Map(stored.map((row) => [key(row), row]));
  for (const row of rollups) {
    const other = found.get(key(row));
    found.delete(key(row));
    const bounds = other?.loose === true || (other?.min === row.min && other.max === row.max);
    if (other?.count !== row.count || !isClose(row.sum, other.sum) || !bounds) {
      drift.push({ where: "rollups", shard: null, what: key(row), expected: row, found: other ?? null });
    }
  }
  for (const row of found.values()) drift.push({ where: "rollups", shard: null, what: key(row), expected: null, found: row });
}

/** Sums of fractions depend on the order they are added in, in their last digits. */
function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}
