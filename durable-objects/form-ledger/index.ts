// The shell of a ledger: identity, storage, alarm and RPC. What is decided is in ledger.ts, what is carried on in settler.ts.
import { DurableObject } from "cloudflare:workers";
import type {
  BucketCounts,
  FieldCounts,
  JourneyCounts,
  LedgerFollowed,
  LedgerNews,
  LedgerReads,
  LedgerTotals,
  RefusalCount,
  SeriesCounts,
  Visits,
} from "../../src/analytics";
import { formFeedOf } from "../../src/analytics";
import type {
  AcceptRequest,
  Adoption,
  BarrierResult,
  ChangeRequest,
  CountedState,
  LedgerApi,
  LedgerHealth,
  Outcome,
  Place,
  SavedPartial,
  StartOutcome,
  StartRequest,
  Totals,
} from "../../src/responses";
import { parseLedgerName } from "../../src/responses";
import { newId } from "../../src/shared/ids";
import { createLogger } from "../../src/shared/log";
import { flushMetricsSometimes, metricsHub } from "../../src/shared/metrics-flush";
import { openPrimaryStore } from "../../src/store";
import { backgroundContext } from "../../src/store/background-context";
import { serveLive } from "../live-router";
import { Group } from "./group";
import { Ledger } from "./ledger";
import { Feed } from "./live/feed";
import { bucketsOf, fieldCountsOf, seriesOf, totalsOf, totalsWithin } from "./live/reads";
import { Waker } from "./live/waker";
import { migrate } from "./schema";
import { Settler } from "./settler";
import { Siblings } from "./siblings";
import { LedgerStorage } from "./storage";
import { Turns } from "./turns";

const VIEWS_KEPT_BACK_MS = 5_000;
const MAX_HOLD_MS = 60_000;

type Call = { accept: AcceptRequest } | { change: ChangeRequest } | { start: StartRequest };
type Answer = Outcome | StartOutcome;

export class FormLedger extends DurableObject<Env> implements LedgerApi, LedgerReads, LedgerFollowed {
  readonly #ledger: Ledger;
  readonly #settler: Settler;
  readonly #feed: Feed;
  readonly #waker: Waker;
  readonly #turns = new Turns();
  readonly #calls = new Group<Call, Answer>((calls, waitedMs) => this.#commit(calls, waitedMs));
  readonly siblings: Siblings;
  #alarmAt: number | null = null;
  #inAlarm = false;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    migrate(state.storage);
    const disk = new LedgerStorage(state.storage);
    const name = state.id.name ?? disk.fact<string>("name") ?? "";
    if (disk.fact("name") === null && name !== "") disk.setFact("name", name);
    this.#ledger = new Ledger(disk, parseLedgerName(name));
    this.#settler = new Settler(this.#ledger, {
      store: openPrimaryStore(env),
      send: (message) => env.EVENTS.send(message),
      alarm: (trouble) =>
        state.waitUntil(
          metricsHub(env)
            .ledgerTrouble(name, trouble)
            .catch(() => undefined),
        ),
      log: createLogger({ ledger: name }),
      now: Date.now,
    });
    this.siblings = new Siblings(this.#ledger, () => backgroundContext(env, state, newId("request")));
    this.#waker = new Waker(disk, {
      wake: async () => formFeedOf(env, this.#ledger.name.formId).wake(this.#ledger.name.shard),
      now: Date.now,
      log: createLogger({ ledger: name }),
    });
    this.#feed = new Feed(this.#ledger, state, { now: Date.now, log: createLogger({ ledger: name }) });
  }

  override fetch(request: Request): Promise<Response> {
    return serveLive(request, this.#feed);
  }

  override webSocketClose(socket: WebSocket): void {
    this.#feed.socketGone(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#feed.socketGone(socket);
  }

  /** Listeners only listen; `ping` is answered without waking the object. */
  override webSocketMessage(): void {}

  ping(): "pong" {
    return "pong";
  }

  accept(request: AcceptRequest): Promise<Outcome> {
    return this.#calls.add({ accept: request }) as Promise<Outcome>;
  }

  acceptTogether(requests: readonly AcceptRequest[]): Promise<Outcome[]> {
    return Promise.all(requests.map((request) => this.accept(request)));
  }

  start(request: StartRequest): Promise<StartOutcome> {
    return this.#calls.add({ start: request }) as Promise<StartOutcome>;
  }

  turned(startId: string, place: Place, at: number): void {
    this.ctx.storage.transactionSync(() => this.#ledger.disk.journeys.turn(startId, place, at));
  }

  refusedElsewhere(refusals: readonly (readonly [string, number])[], at: number): void {
    this.ctx.storage.transactionSync(() => this.#ledger.disk.journeys.refused(refusals, at));
  }

  viewed(times: number, at: number, workspaceId: string): void {
    this.#ledger.viewed(times, at, workspaceId);
    this.#feed.changed();
    this.#waker.changed();
    this.#armAt(Date.now() + VIEWS_KEPT_BACK_MS);
  }

  replay(key: string, fingerprint: string): Outcome | null {
    return this.#ledger.replay(key, fingerprint, Date.now());
  }

  handOver(key: string, fingerprint: string): Outcome | null {
    return this.ctx.storage.transactionSync(() => this.#ledger.handOver(key, fingerprint, Date.now()));
  }

  listenToMore(): void {
    this.#feed.dismissAll();
  }

  follow(after: number, spans: readonly (readonly [from: number, to: number])[], maxBytes: number): LedgerNews {
    this.#waker.read();
    return this.#feed.news(after, spans, maxBytes);
  }

  savedPartial(responseId: string, tokenHash: string): SavedPartial | "already_complete" | null {
    const partial = this.#ledger.disk.respondents.partial(responseId, Date.now());
    if (partial === null || partial.tokenHash !== tokenHash) return null;
    if (partial.done) return "already_complete";
    const { basedOn, seq, formVersion, startedAt, submittedAt, data, meta } = partial;
    return { responseId, basedOn, seq, formVersion, startedAt, submittedAt, data, meta };
  }

  /** A turn to change one response, once everything accepted before can be read from the store. */
  async openChange(responseId: string, maxWaitMs: number): Promise<BarrierResult & { turn: number }> {
    const turn = await this.#turns.take(responseId);
    try {
      const barrier = await this.barrier(maxWaitMs);
      if (!barrier.current) this.#turns.give(responseId, turn);
      return { ...barrier, turn };
    } catch (error) {
      this.#turns.give(responseId, turn);
      throw error;
    }
  }

  closeChange(responseId: string, turn: number): void {
    this.#turns.give(responseId, turn);
  }

  async change(request: ChangeRequest): Promise<Outcome> {
    try {
      return (await this.#calls.add({ change: request })) as Outcome;
    } finally {
      this.#turns.give(request.responseId, request.turn);
    }
  }

  barrier(maxWaitMs: number): Promise<BarrierResult> {
    return this.#settler.barrier(maxWaitMs);
  }

  totals(): Totals {
    return totalsOf(this.#ledger);
  }

  totalsWithin(from: number, to: number): LedgerTotals {
    return totalsWithin(this.#ledger, from, to);
  }

  fieldCounts(fields: readonly string[]): FieldCounts {
    return fieldCountsOf(this.#ledger, fields);
  }

  countsBetween(bounds: readonly number[], from: number, to: number): SeriesCounts {
    return seriesOf(this.#ledger, bounds, from, to);
  }

  bucketsBetween(bounds: readonly number[]): BucketCounts {
    return bucketsOf(this.#ledger, bounds);
  }

  journeysBetween(firstDay: string, lastDay: string): JourneyCounts {
    return this.#ledger.disk.journeys.between(firstDay, lastDay);
  }

  refusalsWithin(spans: readonly (readonly [number, number])[]): RefusalCount[] {
    return this.#ledger.disk.journeys.refusalsWithin(spans);
  }

  visitsAt(seq: number): Visits {
    return this.#ledger.visits.at(seq);
  }

  holdSettling(ms: number): Promise<number> {
    return this.#settler.hold(Math.min(ms, MAX_HOLD_MS));
  }

  releaseSettling(): void {
    this.#settler.release();
    if (this.#ledger.settled < this.#ledger.head) this.#arm();
  }

  countedAtSettled(): CountedState {
    return this.#ledger.countedAtSettled();
  }

  install(state: CountedState, lastSubmittedAt: number | null): boolean {
    return this.ctx.storage.transactionSync(() => this.#ledger.install(state, lastSubmittedAt));
  }

  adopt(carried: Adoption): boolean {
    return this.ctx.storage.transactionSync(() => this.#ledger.adopt(carried));
  }

  holdDuplicates(held: readonly (readonly [responseId: string, key: string])[]): void {
    this.ctx.storage.transactionSync(() => {
      for (const [responseId, key] of held) this.#ledger.disk.respondents.holdDuplicateKey(responseId, key);
    });
  }

  countedOf(values: readonly { field: string; value: string }[]): { complete: number; values: number[] } {
    const { counters } = this.#ledger;
    return { complete: counters.total("complete"), values: values.map(({ field, value }) => counters.of(field, value).count) };
  }

  health(): LedgerHealth {
    const { head, settled, disk } = this.#ledger;
    return { ...this.#settler.health, head, settled, bytes: disk.bytes() };
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = null;
    this.#inAlarm = true;
    try {
      await this.#settler.flush();
      if (this.#ledger.counters.hasDirty()) this.ctx.storage.transactionSync(() => this.#ledger.snapshot());
      this.#ledger.disk.respondents.forgetExpired(Date.now());
    } finally {
      this.#inAlarm = false;
    }
    if (this.#ledger.settled < this.#ledger.head) this.#arm();
    await this.siblings.makeHeardOf();
    flushMetricsSometimes(backgroundContext(this.env, this.ctx, newId("request")));
  }

  #commit(calls: readonly Call[], waitedMs: number): Answer[] {
    const now = Date.now();
    try {
      const answers = this.ctx.storage.transactionSync(() => {
        const outcomes = calls.map((call) => this.#decide(call, now));
        // Starts are no entries: only a snapshot brings them to disk.
        if (calls.some((call) => "start" in call)) this.#ledger.snapshot();
        if (this.#ledger.settled < this.#ledger.head) this.#arm();
        return outcomes;
      });
      this.#feed.changed();
      this.#waker.changed();
      const after = this.siblings.committed(calls.length, waitedMs, now);
      if (after !== null) this.ctx.waitUntil(after);
      return answers;
    } catch (error) {
      this.#ledger.load();
      throw error;
    }
  }

  #decide(call: Call, now: number): Answer {
    if ("accept" in call) return this.#ledger.accept(call.accept, now);
    return "change" in call ? this.#ledger.change(call.change, now) : this.#ledger.start(call.start, now);
  }

  /** Goes to disk with the entries it is for, so that no crash leaves them without somebody who remembers. */
  #arm(): void {
    this.#armAt(this.#settler.nextAt(Date.now()));
  }

  #armAt(at: number): void {
    // An alarm that dies is run again by the platform; what comes while it runs, it looks after at its end.
    if (this.#inAlarm) return;
    if (this.#alarmAt !== null && this.#alarmAt <= at) return;
    this.#alarmAt = at;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(at));
  }
}
