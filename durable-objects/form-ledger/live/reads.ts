// The numbers of a ledger at its head: memory first, and from disk only the quarter-hours that memory does not hold.
import type { BucketCounts, FieldCounts, LedgerTotals, SeriesCounts } from "../../../src/analytics";
import type { Totals } from "../../../src/responses";
import type { Ledger } from "../ledger";

export function totalsOf(ledger: Ledger): Totals {
  const { counters, head, settled } = ledger;
  return {
    complete: counters.total("complete"),
    partial: counters.total("partial"),
    starts: counters.total("starts"),
    views: counters.total("views"),
    durationMs: counters.total("duration_ms"),
    timed: counters.total("timed"),
    lastSubmittedAt: counters.lastSubmittedAt,
    head,
    settled,
    position: ledger.position(),
  };
}

export function totalsWithin(ledger: Ledger, from: number, to: number): LedgerTotals {
  const totals = totalsOf(ledger);
  // A snapshot says 0 for "the store knows".
  return { ...totals, lastSubmittedAt: totals.lastSubmittedAt || null, today: countBetween(ledger, from, to) };
}

export function fieldCountsOf(ledger: Ledger, fields: readonly string[]): FieldCounts {
  return {
    fields: Object.fromEntries(fields.map((field) => [field, [...ledger.counters.field(field)]])),
    position: ledger.position(),
  };
}

export function bucketsOf(ledger: Ledger, bounds: readonly number[]): BucketCounts {
  const steps = Math.max(0, bounds.length - 1);
  const zeros = (): number[] => Array(steps).fill(0);
  const found: BucketCounts = { complete: zeros(), partial: zeros(), starts: zeros(), views: zeros() };
  const first = bounds[0];
  const last = bounds.at(-1);
  if (first === undefined || last === undefined || steps === 0) return found;
  for (const source of [ledger.disk.buckets(first, last), ledger.counters.recentBuckets(first, last)]) {
    for (const [start, bucket] of source) {
      const step = stepAt(bounds, start);
      for (const what of ["complete", "partial", "starts", "views"] as const) found[what][step] = (found[what][step] ?? 0) + bucket[what];
    }
  }
  return found;
}

export function seriesOf(ledger: Ledger, bounds: readonly number[], from: number, to: number): SeriesCounts {
  const first = bounds[0];
  const last = bounds.at(-1);
  const counts: number[] = Array(Math.max(0, bounds.length - 1)).fill(0);
  if (first !== undefined && last !== undefined) {
    for (const [start, { complete }] of ledger.disk.buckets(first, last)) add(start, complete);
    for (const [start, { complete }] of ledger.counters.recentBuckets(first, last)) add(start, complete);
  }
  return { counts, total: countBetween(ledger, from, to) };

  function add(start: number, complete: number): void {
    const step = stepAt(bounds, start);
    counts[step] = (counts[step] ?? 0) + complete;
  }
}

function countBetween(ledger: Ledger, from: number, to: number): number {
  return ledger.counters.recentBuckets(from, to).reduce((sum, [, bucket]) => sum + bucket.complete, countOnDisk(ledger, from, to));
}

interface DiskCount {
  from: number;
  to: number;
  writes: number;
  complete: number;
}

// Metrics are read far more often than a snapshot is written, and mostly for the same day.
const lastCounts = new WeakMap<Ledger, DiskCount>();

function countOnDisk(ledger: Ledger, from: number, to: number): number {
  const { disk } = ledger;
  const known = lastCounts.get(ledger);
  if (known?.from === from && known.to === to && known.writes === disk.bucketWrites) return known.complete;
  const { complete } = disk.storage.sql
    .exec<{ complete: number }>("SELECT coalesce(sum(complete), 0) AS complete FROM buckets WHERE start >= ? AND start < ?", from, to)
    .one();
  lastCounts.set(ledger, { from, to, writes: disk.bucketWrites, complete });
  return complete;
}

/** The last bound that is not after `at`. */
function stepAt(bounds: readonly number[], at: number): number {
  let low = 0;
  let high = bounds.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((bounds[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  return low;
}
