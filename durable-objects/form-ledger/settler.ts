// Carries entries to the primary store, in order, one flush at a time. The ledger is right without it; the store is right
// because of it. Nothing here may throw out of an alarm: the platform gives up on an alarm after six failures.

import type { EventsMessage } from "../../queues/events-message";
import {
  type BarrierResult,
  MAX_SETTLE_BYTES,
  MAX_SETTLE_ENTRIES,
  type StoredEntry,
  settleBatch,
  withoutAnswers,
} from "../../src/responses";
import { describeError, type Logger } from "../../src/shared/log";
import { counter } from "../../src/shared/metrics";
import { withTimeLimit } from "../../src/shared/time-limit";
import type { PrimaryStore } from "../../src/store";
import type { Ledger } from "./ledger";

/** Feeds resume from these; more than this behind means reading the store. */
export const KEPT_ENTRIES = 1_000;
const STORE_TIMEOUT_MS = 20_000;
const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 60_000;
/** The same cut of entries must fail this often, by its own fault, before it is taken apart. */
const FAILURES_BEFORE_SPLIT = 2;

const FLUSH_EVERY_MS = 1_000;
/** A store that is slow is shared by many: a busy ledger asks it for at most a fiftieth of the time, but not ever more rarely. */
const REST_PER_FLUSH = 50;
const MAX_REST_MS = 5_000;

/** One failure is a blip; from the second on, others are told. */
const FAILURES_BEFORE_ALARM = 2;

const settles = counter("headwater_ledger_settles_total", "Attempts of ledgers to carry entries to the store.", ["outcome"]);
const settledEntries = counter("headwater_ledger_settled_entries_total", "Entries carried to the store.");

export interface SettlerDeps {
  store: Pick<PrimaryStore, "settle">;
  send(message: EventsMessage): Promise<unknown>;
  /** Says that the store cannot be reached or takes nothing, and until when that is sure to be said again; null: it is over. */
  alarm(trouble: { entries: number; until: number } | null): void;
  log: Logger;
  now(): number;
}

export interface SettleHealth {
  failures: number;
  lastError: string | null;
  retryAt: number | null;
  poisoned: number;
}

export class Settler {
  #flight: Promise<void> | null = null;
  #failures = 0;
  #lastError: string | null = null;
  #retryAt = 0;
  #lastFlushAt = 0;
  #lastFlushMs = 0;
  #limit = MAX_SETTLE_ENTRIES;
  #heldUntil = 0;
  #release: PromiseWithResolvers<void> | null = null;

  constructor(
    readonly ledger: Ledger,
    readonly deps: SettlerDeps,
  ) {}

  get health(): SettleHealth {
    return {
      failures: this.#failures,
      lastError: this.#lastError,
      retryAt: this.#failures > 0 ? this.#retryAt : null,
      poisoned: this.ledger.disk.poisonCount(),
    };
  }

  /** When the next flush is due: at once for a quiet form, gathered to one a second for a busy one, later when the store is slow or fails. */
  nextAt(now: number): number {
    if (this.#failures > 0) return Math.max(this.#retryAt, now + 50);
    if (this.#isHeld()) return this.#heldUntil;
    return Math.max(now + 20, this.#lastFlushAt + Math.min(MAX_REST_MS, Math.max(FLUSH_EVERY_MS, REST_PER_FLUSH * this.#lastFlushMs)));
  }

  /** Keeps the store as it is for a while, so that it can be read through as a whole. Accepting goes on. */
  async hold(ms: number): Promise<number> {
    this.#heldUntil = this.deps.now() + ms;
    this.#release ??= Promise.withResolvers<void>();
    await this.#flight;
    return this.ledger.settled;
  }

  release(): void {
    this.#heldUntil = 0;
    this.#release?.resolve();
    this.#release = null;
  }

  /** Settles everything there is now. Who comes while one is under way joins it and then, if needed, the next. */
  async flush(): Promise<void> {
    const target = this.ledger.head;
    while (this.ledger.settled < target && !this.#isHeld()) {
      const before = this.ledger.settled;
      const failures = this.#failures;
      this.#flight ??= this.#run().finally(() => {
        this.#flight = null;
      });
      await this.#flight;
      if (this.#failures > failures || (this.ledger.settled === before && this.#failures > 0)) return;
    }
  }

  async barrier(maxWaitMs: number): Promise<BarrierResult> {
    const { ledger, deps } = this;
    const target = ledger.head;
    // While the store is failing, readers get the truth about it at once; the alarm is what tries again.
    if (ledger.settled < target && (this.#failures === 0 || deps.now() >= this.#retryAt)) {
      const held = this.#isHeld() ? this.#release?.promise : undefined;
      const flushed = held === undefined ? this.flush() : held.then(() => this.flush());
      await Promise.race([flushed, new Promise((resolve) => setTimeout(resolve, maxWaitMs))]);
    }
    return { current: ledger.settled >= target, position: ledger.position(target), head: target };
  }

  #isHeld(): boolean {
    return this.deps.now() < this.#heldUntil;
  }

  async #run(): Promise<void> {
    const { ledger, deps } = this;
    const startedAt = deps.now();
    while (ledger.settled < ledger.head && !this.#isHeld()) {
      const entries = ledger.disk.entriesAfter(ledger.settled, this.#limit, MAX_SETTLE_BYTES);
      try {
        if (entries[0]?.seq !== ledger.settled + 1) throw new Error(`The ledger has no entry ${ledger.settled + 1}.`);
        const from = ledger.settled + 1;
        const batch = settleBatch(ledger.identity, entries, deps.now());
        const result = await withTimeLimit("A settle", STORE_TIMEOUT_MS, deps.store.settle(batch));
        const reached = result.kind === "settled" ? (entries.at(-1)?.seq ?? from) : this.#catchUp(result.watermark);
        this.#advance(reached, result.kind === "settled" ? entries : null);
        this.#recovered("settled", reached - from + 1);
        if (result.kind === "settled") await this.#announce(from, reached, batch.correlationId);
      } catch (error) {
        if (!(await this.#failed(error, entries))) return;
      }
    }
    this.#lastFlushAt = deps.now();
    this.#lastFlushMs = this.#lastFlushAt - startedAt;
  }

  /** The store already has what an earlier attempt, whose reply was lost, has written. */
  #catchUp(watermark: number): number {
    const { ledger } = this;
    if (watermark > ledger.head || watermark < (ledger.disk.floor() ?? 1) - 1) {
      throw new Error(`The store stands at ${watermark}, the ledger holds ${ledger.disk.floor()}…${ledger.head}.`);
    }
    return watermark;
  }

  /** `sent`: what was settled; null where an earlier attempt did it, which may have sent other entries. */
  #advance(reached: number, sent: readonly StoredEntry[] | null): void {
    const { ledger } = this;
    try {
      ledger.disk.storage.transactionSync(() => {
        ledger.disk.forgetAnswersOf(sent === null ? ledger.disk.erasedBetween(ledger.settled, reached) : erasedIn(sent), reached);
        ledger.settled = reached;
        ledger.disk.setFact("settled", reached);
        ledger.disk.setFact("settled_hash", ledger.disk.entry(reached)?.hash ?? ledger.hash);
        ledger.snapshot();
        ledger.disk.trim(Math.min(reached, ledger.head - KEPT_ENTRIES));
      });
    } catch (error) {
      ledger.load();
      throw error;
    }
  }

  /** A lost message costs time, not truth: the outbox row stands, and the minute sweep sends it again. */
  async #announce(fromSeq: number, toSeq: number, correlationId: string | null): Promise<void> {
    const { formId, workspaceId, shard } = this.ledger.identity;
    try {
      await this.deps.send({ type: "entries", formId, workspaceId, shard, fromSeq, toSeq, correlation_id: correlationId });
    } catch (error) {
      this.deps.log.warn("events not announced; the sweep will", { form_id: formId, from_seq: fromSeq, ...describeError(error) });
    }
  }

  /** True when it makes sense to go on at once with a smaller cut. */
  async #failed(error: unknown, entries: readonly StoredEntry[]): Promise<boolean> {
    const { deps, ledger } = this;
    this.#failures += 1;
    settles.add(1, "failed");
    this.#lastError = error instanceof Error ? error.message : String(error);
    const own = isOwnFault(this.#lastError);
    deps.log.warn("settle failed", {
      form_id: ledger.name.formId,
      failures: this.#failures,
      entries: entries.length,
      ...describeError(error),
    });
    const first = entries[0];
    if (own && this.#failures >= FAILURES_BEFORE_SPLIT && first !== undefined) {
      if (entries.length > 1) {
        this.#limit = Math.ceil(entries.length / 2);
        return true;
      }
      return this.#setAside(first);
    }
    this.#backOff(Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(this.#failures - 1, 10)));
    return false;
  }

  #backOff(ms: number): void {
    const { deps, ledger } = this;
    this.#retryAt = deps.now() + ms;
    if (this.#failures < FAILURES_BEFORE_ALARM) return;
    deps.alarm({ entries: ledger.head - ledger.settled, until: this.#retryAt + STORE_TIMEOUT_MS + MAX_BACKOFF_MS });
  }

  /** One entry that the store refuses whatever happens: its place in the chain is settled, its answers wait here for a person. */
  async #setAside(entry: StoredEntry): Promise<boolean> {
    const { ledger, deps } = this;
    deps.log.error("entry set aside: the store refuses it", { form_id: ledger.name.formId, seq: entry.seq, error: this.#lastError });
    try {
      const bare = withoutAnswers(entry);
      const result = await withTimeLimit("A settle", STORE_TIMEOUT_MS, deps.store.settle(settleBatch(ledger.identity, [bare], deps.now())));
      ledger.disk.addPoison(entry, this.#lastError ?? "", deps.now());
      const settled = result.kind === "settled";
      this.#advance(settled ? entry.seq : this.#catchUp(result.watermark), settled ? [bare] : null);
      this.#recovered("set_aside", 1);
      return true;
    } catch (error) {
      this.#lastError = error instanceof Error ? error.message : String(error);
      this.#backOff(MAX_BACKOFF_MS);
      return false;
    }
  }

  #recovered(outcome: "settled" | "set_aside", entries: number): void {
    settles.add(1, outcome);
    settledEntries.add(entries);
    if (this.#failures >= FAILURES_BEFORE_ALARM) this.deps.alarm(null);
    this.#failures = 0;
    this.#lastError = null;
    // Grows back slowly: where one bad entry was, there may be more.
    this.#limit = Math.min(MAX_SETTLE_ENTRIES, this.#limit * 2);
  }
}

function erasedIn(entries: readonly StoredEntry[]): Set<string> {
  return new Set(entries.filter(({ kind }) => kind === "erase").map(({ responseId }) => responseId));
}

/** Faults of what was sent rather than of who was asked. */
function isOwnFault(message: string): boolean {
  return /malformed JSON|SQLITE_CONSTRAINT|constraint failed|SQLITE_TOOBIG|too big|SQLITE_MISMATCH|datatype mismatch|invalid input syntax|out of range|violates|unsupported Unicode|too long|exceeds/i.test(
    message,
  );
}
