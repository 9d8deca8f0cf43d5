// The counters of a ledger, pure. They hold what is true at its head; what has moved since the last snapshot is remembered, so
// that a snapshot writes only that.
import type { Effect } from "./types";

/** Every time zone's hour and day begin on a quarter of an hour, so quarters make all of them exact, half-hour zones too. */
export const BUCKET_MS = 15 * 60_000;

const TOTALS = ["complete", "partial", "starts", "views", "duration_ms", "timed"] as const;
export type Total = (typeof TOTALS)[number];

export interface Count {
  count: number;
  sum: number;
}

export interface Bucket {
  complete: number;
  partial: number;
  starts: number;
  views: number;
}

export interface CounterRow extends Count {
  /** `:total`, or field, NUL, value. */
  name: string;
}

/** Counters as they stood when entry `settled` was the last. */
export interface CountedState {
  settled: number;
  counts: CounterRow[];
  buckets: [start: number, counted: Bucket][];
}

/**
 * Counted from responses alone, with the visits that `told` knows of added. Views, and starts that led to nothing, leave no entry:
 * what the ledger has of them is all there is.
 */
export function withVisits(counted: CountedState, told: CountedState): CountedState {
  const counters = new Counters();
  counters.restore(counted.counts);
  for (const [start, { complete, partial, starts, views }] of told.buckets) {
    if (views !== 0) counters.seen("views", views, start);
    const unanswered = starts - complete - partial;
    if (unanswered !== 0) counters.seen("starts", unanswered, start);
  }
  const { buckets } = counters.takeDirty();
  return {
    settled: counted.settled,
    counts: counters.all().filter(({ count }) => count !== 0),
    buckets: addBuckets(new Map(counted.buckets), buckets),
  };
}

export function addBuckets(base: Map<number, Bucket>, moved: Iterable<[number, Bucket]>): [start: number, counted: Bucket][] {
  for (const [start, more] of moved) {
    const bucket = base.get(start) ?? { complete: 0, partial: 0, starts: 0, views: 0 };
    base.set(start, {
      complete: bucket.complete + more.complete,
      partial: bucket.partial + more.partial,
      starts: bucket.starts + more.starts,
      views: bucket.views + more.views,
    });
  }
  return [...base].filter(([, { complete, partial, starts, views }]) => complete || partial || starts || views).sort(([a], [b]) => a - b);
}

export class Counters {
  readonly #counts = new Map<string, Count>();
  readonly #dirty = new Set<string>();
  /** Only what is not yet in the snapshot; the rest is on disk, where years of it cost no memory. */
  readonly #buckets = new Map<number, Bucket>();
  lastSubmittedAt: number | null = null;
  /** While that is unknown: no complete response was submitted later than this. */
  lastNotAfter = Number.MAX_SAFE_INTEGER;

  restore(rows: Iterable<CounterRow>): void {
    for (const { name, count, sum } of rows) this.#counts.set(name, { count, sum });
  }

  apply(effect: Effect, sign: 1 | -1): void {
    // Whoever sends something has started; a response brings its own start and takes it along when it goes.
    this.seen("starts", sign, effect.submittedAt);
    if (effect.status === "partial") {
      this.#add(":partial", sign);
      this.#bucket(effect.submittedAt).partial += sign;
      return;
    }
    this.#noteLast(effect.submittedAt, sign);
    this.#add(":complete", sign);
    this.#bucket(effect.submittedAt).complete += sign;
    if (effect.durationMs !== null) {
      this.#add(":timed", sign);
      this.#add(":duration_ms", sign * effect.durationMs);
    }
    for (const [field, value, number] of effect.cells) this.#add(`${field}\0${value}`, sign, number === undefined ? 0 : sign * number);
  }

  seen(what: "starts" | "views", times: number, at: number): void {
    this.#add(`:${what}`, times);
    this.#bucket(at)[what] += times;
  }

  total(total: Total): number {
    return this.#counts.get(`:${total}`)?.count ?? 0;
  }

  of(field: string, value: string): Count {
    return this.#counts.get(`${field}\0${value}`) ?? { count: 0, sum: 0 };
  }

  /** Every value counted for a field, "" included. */
  field(field: string): Map<string, Count> {
    const prefix = `${field}\0`;
    const found = new Map<string, Count>();
    for (const [name, count] of this.#counts) if (name.startsWith(prefix) && count.count !== 0) found.set(name.slice(prefix.length), count);
    return found;
  }

  all(): CounterRow[] {
    return [...this.#counts].map(([name, { count, sum }]) => ({ name, count, sum }));
  }

  /** What moved since the last call, to be written down. */
  takeDirty(): { counts: CounterRow[]; buckets: [start: number, moved: Bucket][] } {
    const counts = [...this.#dirty].map((name) => ({ name, ...(this.#counts.get(name) ?? { count: 0, sum: 0 }) }));
    const buckets = [...this.#buckets];
    this.#dirty.clear();
    this.#buckets.clear();
    for (const { name, count } of counts) if (count === 0) this.#counts.delete(name);
    return { counts, buckets };
  }

  hasDirty(): boolean {
    return this.#dirty.size > 0;
  }

  /** Moves of buckets not yet in the snapshot. */
  recentBuckets(from: number, to: number): [start: number, moved: Bucket][] {
    return [...this.#buckets].filter(([start]) => start >= from && start < to);
  }

  #noteLast(submittedAt: number, sign: 1 | -1): void {
    const last = this.lastSubmittedAt;
    if (sign === 1) {
      if (last !== null) this.lastSubmittedAt = Math.max(last, submittedAt);
      else if (this.total("complete") === 0 || submittedAt >= this.lastNotAfter) this.lastSubmittedAt = submittedAt;
    } else if (submittedAt === last) {
      // The one before it is known to the store alone; until asked, say nothing rather than something old.
      this.lastSubmittedAt = null;
      this.lastNotAfter = submittedAt;
    }
  }

  #add(name: string, by: number, sum = 0): void {
    const count = this.#counts.get(name);
    if (count === undefined) this.#counts.set(name, { count: by, sum });
    else {
      count.count += by;
      // A sum of nothing is zero, whatever rounding has left behind.
      count.sum = count.count === 0 ? 0 : count.sum + sum;
    }
    this.#dirty.add(name);
  }

  #bucket(at: number): Bucket {
    const start = at - (at % BUCKET_MS);
    const bucket = this.#buckets.get(start) ?? { complete: 0, partial: 0, starts: 0, views: 0 };
    this.#buckets.set(start, bucket);
    return bucket;
  }
}
