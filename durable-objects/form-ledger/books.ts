// What a ledger knows: its counters, its place in the chain, what is settled; in memory, and on disk so that a start finds it
// again. What becomes of it is decided in ledger.ts.
import {
  type AcceptRequest,
  type Adoption,
  addBuckets,
  type Bucket,
  type ChangeRequest,
  type CountedState,
  Counters,
  canonicalEntry,
  type Entry,
  genesisHash,
  type LedgerIdentity,
  linkHash,
  type StoredEntry,
  withVisits,
} from "../../src/responses";
import { VisitMarks } from "./live/visit-marks";
import type { LedgerStorage } from "./storage";

export class Books {
  counters = new Counters();
  head = 0;
  hash = "";
  settled = 0;
  protected lastAt = 0;
  readonly visits: VisitMarks;

  constructor(
    readonly disk: LedgerStorage,
    readonly name: { formId: string; shard: number },
  ) {
    this.visits = new VisitMarks(disk.storage.sql);
    this.load();
  }

  /** Memory from disk: the snapshot, then every entry since. */
  load(): void {
    const { disk } = this;
    const last = disk.lastEntry();
    this.settled = disk.fact<number>("settled") ?? 0;
    this.head = last?.seq ?? this.settled;
    this.hash = last?.hash ?? disk.fact<string>("settled_hash") ?? genesisHash(this.name.formId, this.name.shard);
    this.lastAt = last?.at ?? 0;
    this.counters = new Counters();
    this.counters.restore(disk.counters());
    this.counters.lastSubmittedAt = disk.fact<number>("last_submitted_at") || null;
    this.counters.lastNotAfter = disk.fact<number>("last_submitted_not_after") ?? Number.MAX_SAFE_INTEGER;
    this.visits.reload();
    for (const entry of disk.entriesAfter(disk.fact<number>("snapshot") ?? 0, Number.MAX_SAFE_INTEGER)) this.count(entry);
  }

  get identity(): LedgerIdentity {
    return { ...this.name, workspaceId: this.disk.fact<string>("workspace_id") ?? "" };
  }

  position(seq = this.head): string {
    return `${this.name.shard}:${seq}`;
  }

  /** Writes down what the counters say now, so that a start need not add up older entries again. */
  snapshot(): void {
    const { counts, buckets } = this.counters.takeDirty();
    this.disk.saveCounters(counts, buckets);
    this.disk.setFact("snapshot", this.head);
    this.disk.setFact("last_submitted_at", this.counters.lastSubmittedAt ?? 0);
    this.disk.setFact("last_submitted_not_after", this.counters.lastNotAfter);
  }

  /** What the counters said when the store was last settled: the unsettled entries taken out again. */
  countedAtSettled(): CountedState {
    const counters = new Counters();
    counters.restore(this.counters.all());
    const buckets = new Map(this.buckets(0, Number.MAX_SAFE_INTEGER));
    counters.takeDirty();
    for (const { take, add, startAt } of this.disk.entriesAfter(this.settled, Number.MAX_SAFE_INTEGER)) {
      if (add !== null) counters.apply(add, -1);
      if (take !== null) counters.apply(take, 1);
      if (startAt !== null) counters.seen("starts", 1, startAt);
    }
    const moved = counters.takeDirty().buckets;
    return { settled: this.settled, counts: counters.all().filter(({ count }) => count !== 0), buckets: addBuckets(buckets, moved) };
  }

  /** Takes over counters made anew from the store, and counts on from there. False when the store has moved on since. */
  install(counted: CountedState, lastSubmittedAt: number | null): boolean {
    if (counted.settled !== this.settled) return false;
    const { counts, buckets } = withVisits(counted, this.countedAtSettled());
    this.disk.clearCounters();
    this.disk.saveCounters(counts, buckets);
    this.disk.setFact("snapshot", counted.settled);
    this.disk.setFact("last_submitted_at", lastSubmittedAt ?? 0);
    this.disk.setFact("last_submitted_not_after", Number.MAX_SAFE_INTEGER);
    this.load();
    this.snapshot();
    return true;
  }

  /** Takes over a chain that was carried into the store. Said again of the same chain it changes nothing. */
  adopt({ workspaceId, settled, hash, counted, lastSubmittedAt }: Adoption): boolean {
    if (this.head !== 0) return this.head === settled && this.hash === hash;
    this.belongTo(workspaceId);
    this.disk.clearCounters();
    this.disk.saveCounters(counted.counts, counted.buckets);
    this.disk.setFact("settled", settled);
    this.disk.setFact("settled_hash", hash);
    this.disk.setFact("snapshot", settled);
    this.disk.setFact("last_submitted_at", lastSubmittedAt ?? 0);
    this.disk.setFact("last_submitted_not_after", Number.MAX_SAFE_INTEGER);
    this.load();
    return true;
  }

  /** Quarters of an hour from `from` to before `to`, those not yet in the snapshot included. */
  buckets(from: number, to: number): [start: number, counted: Bucket][] {
    return addBuckets(new Map(this.disk.buckets(from, to)), this.counters.recentBuckets(from, to));
  }

  protected write(
    request: AcceptRequest | ChangeRequest,
    kind: Entry["kind"],
    now: number,
    about: Pick<Entry, "submittedAt" | "startedAt" | "durationMs" | "startAt" | "take" | "add"> & { rowSeq: number | null },
  ): Entry {
    const seq = this.head + 1;
    const entry: Entry = {
      ...about,
      seq,
      kind,
      responseId: request.responseId,
      rowSeq: about.rowSeq ?? seq,
      formVersion: request.formVersion,
      status: request.status,
      at: this.tick(now),
      dataHash: request.dataHash,
      salt: request.salt,
      meta: request.meta,
      audit: request.audit,
      bytes: request.bytes,
      correlationId: request.correlationId,
    };
    const hash = linkHash(this.hash, canonicalEntry(entry));
    this.disk.addEntry(entry, request.data, hash);
    this.head = seq;
    this.hash = hash;
    this.count(entry);
    this.visits.note(seq, this.counters);
    return entry;
  }

  protected belongTo(workspaceId: string): void {
    if (this.disk.fact("workspace_id") === null) this.disk.setFact("workspace_id", workspaceId);
  }

  /** A clock that is set back must not put a response before one that is already on somebody's page. */
  protected tick(now: number): number {
    this.lastAt = Math.max(this.lastAt, now);
    return this.lastAt;
  }

  protected count(entry: Pick<StoredEntry, "take" | "add" | "startAt">): void {
    if (entry.startAt !== null) this.counters.seen("starts", -1, entry.startAt);
    if (entry.take !== null) this.counters.apply(entry.take, -1);
    if (entry.add !== null) this.counters.apply(entry.add, 1);
  }
}
