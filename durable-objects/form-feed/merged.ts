// Frames of several ledgers, one after the other: each reads all ledgers from the place where everybody stands, tells everybody, and
// takes in who has come since. At once when it has been quiet, else twice a second.
import {
  type ChangeItem,
  dayOf,
  type FeedHead,
  type FeedMessage,
  FRAME_GAP_MS,
  type LedgerFollowed,
  type LedgerNews,
  MAX_FRAME_BYTES,
  metricsView,
  responseFrame,
  summarise,
} from "../../src/analytics";
import { Audience, type Listener, type ListenerFacts, MAX_AGE_MS, MAX_SENT_BYTES, type Sockets } from "../listeners";
import { type LiveFeed, type OpeningQuery, oneOf, type Way } from "../live-router";
import { headOf, type Place } from "./place";

export const MAX_LISTENERS = 10_000;
const AGAIN_MS = 1_000;

export interface Opening {
  zone: string;
  shards: number;
  /** The last entry of each ledger the listener knows of; null: it begins now. */
  after: readonly number[] | null;
}

interface Newcomer {
  listener: Listener;
  after: readonly number[] | null;
}

interface Deps {
  ledger(shard: number): LedgerFollowed;
  now(): number;
  failed(error: unknown): void;
}

function openingOf({ zone, shards, after }: OpeningQuery): Opening {
  return { zone: oneOf(zone) ?? "UTC", shards: Number(oneOf(shards)), after: oneOf(after)?.split(",").map(Number) ?? null };
}

export class MergedFeed implements LiveFeed {
  readonly #listeners: Audience;
  #newcomers: Newcomer[] = [];
  #changed = false;
  #presence = false;
  #lastAt = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isReading = false;

  constructor(
    readonly formId: string,
    readonly place: Place,
    sockets: Sockets,
    readonly deps: Deps,
  ) {
    this.#listeners = new Audience(sockets, 0, (listener) => this.#leave(listener));
  }

  get isFull(): boolean {
    return this.#listeners.size + this.#newcomers.length >= MAX_LISTENERS;
  }

  /** False when nobody listens. */
  wake(shard: number): boolean {
    if (this.#listeners.size === 0 && this.#newcomers.length === 0) return false;
    this.place.widen(shard + 1);
    this.#changed = true;
    this.#schedule();
    return true;
  }

  open(way: Way, query: OpeningQuery): Response {
    const opening = openingOf(query);
    const { listener, response } = this.#listeners.open(way, this.#factsOf(opening), 0);
    this.#come(listener, opening);
    return response;
  }

  socketGone(socket: WebSocket): void {
    this.#listeners.socketGone(socket);
  }

  #factsOf({ zone }: Opening): ListenerFacts {
    return { zone, group: 0, openedAt: this.deps.now() };
  }

  #come(listener: Listener, { shards, after }: Opening): void {
    this.place.widen(shards);
    this.#newcomers.push({ listener, after });
    this.#schedule();
  }

  #leave(listener: Listener): void {
    this.#newcomers = this.#newcomers.filter((newcomer) => newcomer.listener !== listener);
    if (!this.#listeners.leave(listener)) return;
    this.#presence = true;
    this.#schedule();
  }

  #schedule(wait = this.#lastAt + FRAME_GAP_MS - this.deps.now()): void {
    if (this.#timer !== null || this.#isReading || (this.#listeners.size === 0 && this.#newcomers.length === 0)) return;
    this.#timer = setTimeout(() => void this.#frame(), Math.max(0, wait));
  }

  async #frame(): Promise<void> {
    this.#timer = null;
    this.#isReading = true;
    this.#lastAt = this.deps.now();
    // Who comes while we read is taken in by the next frame, and does not miss what this one tells.
    const newcomers = this.#newcomers;
    this.#newcomers = [];
    const { seqs } = this.place;
    const changed = this.#changed;
    this.#changed = false;
    let again = false;
    try {
      const zones = new Set([...this.#listeners, ...newcomers.map(({ listener }) => listener)].map(({ zone }) => zone));
      // Who came or went changes nothing that was told.
      const news = changed || newcomers.length > 0 ? await this.#read(seqs, newcomers, [...zones]) : null;
      this.#tell(news, seqs, newcomers, changed, [...zones]);
    } catch (error) {
      this.deps.failed(error);
      this.#newcomers = [...newcomers, ...this.#newcomers];
      this.#changed ||= changed;
      again = true;
    }
    this.#isReading = false;
    if (again) this.#schedule(AGAIN_MS);
    else if (this.#changed || this.#presence || this.#newcomers.length > 0) this.#schedule();
  }

  /** Of each ledger what the one who is furthest behind lacks; where that is no longer kept, what everybody else lacks. */
  async #read(seqs: readonly number[], newcomers: readonly Newcomer[], zones: readonly string[]): Promise<LedgerNews[]> {
    const now = this.deps.now();
    const spans = zones.map((zone) => dayOf(now, zone)).map(({ from, to }) => [from, to] as const);
    const stand = this.#listeners.size > 0;
    const frameBytes = Math.min(MAX_FRAME_BYTES, MAX_SENT_BYTES / Math.max(1, this.#listeners.size));
    // Who comes back is told what it missed one message each, and nobody else waits for it.
    const maxBytes = newcomers.some(({ after }) => after !== null) ? Number.POSITIVE_INFINITY : frameBytes / seqs.length;
    return Promise.all(
      seqs.map(async (seq, shard) => {
        const ledger = this.deps.ledger(shard);
        const wanted = newcomers.flatMap(({ after }) => after?.[shard] ?? []);
        // Who begins now needs no entries: a place ahead of everything asks for none.
        const furthestBehind = Math.min(Number.MAX_SAFE_INTEGER, ...wanted, ...(stand ? [seq] : []));
        const first = await ledger.follow(furthestBehind, spans, maxBytes);
        if (first.items !== null || furthestBehind === Number.MAX_SAFE_INTEGER) return first;
        // Somebody is too far behind, or ahead of everything. The others go on from where they are, if that is kept.
        const from = Math.max(first.floor, Math.min(first.head, ...[seq, ...wanted].filter((at) => at >= first.floor && at <= first.head)));
        return ledger.follow(from, spans, maxBytes);
      }),
    );
  }

  #tell(
    news: readonly LedgerNews[] | null,
    seqs: readonly number[],
    newcomers: readonly Newcomer[],
    changed: boolean,
    zones: readonly string[],
  ): void {
    const heads = news?.map(({ head }) => head) ?? seqs;
    // A ledger that was added meanwhile has its turn in the next frame.
    const place = [...heads, ...this.place.seqs.slice(heads.length)];
    if (news !== null) this.place.move(place);
    const head = headOf(place);
    const spoken: [FeedMessage, string][] = [];
    const say = (message: FeedMessage | null) => (message === null ? [] : [[message, JSON.stringify(message)] as [FeedMessage, string]]);
    const metrics = new Map(zones.map((zone, i) => [zone, news === null ? [] : say(this.#metrics(news, i, head))]));
    if (news !== null && this.#listeners.size > 0) {
      const { items, lost } = since(news, seqs);
      if (lost) spoken.push(...say({ type: "resync", ...head }));
      spoken.push(...say(responseFrame(items)));
    }
    for (const { listener } of newcomers) this.#listeners.add(listener);
    const presence = say({ type: "presence", ...head, data: { listeners: this.#listeners.size } });
    const tellsPresence = this.#presence || newcomers.length > 0;
    this.#presence = false;
    const fresh = new Map(newcomers.map(({ listener, after }) => [listener, after]));
    for (const listener of this.#listeners) {
      const after = fresh.get(listener);
      const first = after === undefined ? [] : welcome(news ?? [], after, head).flatMap(say);
      const own = after !== undefined || changed ? (metrics.get(listener.zone) ?? []) : [];
      this.#send(listener, [...(after === undefined ? spoken : first), ...own, ...(tellsPresence ? presence : [])]);
    }
  }

  #send(listener: Listener, spoken: readonly [FeedMessage, string][]): void {
    const isOld = this.deps.now() - listener.openedAt > MAX_AGE_MS;
    if (!isOld && spoken.every(([message, text]) => listener.send(message, text))) return;
    listener.close(isOld ? "too_old" : "too_slow");
    this.#leave(listener);
  }

  #metrics(news: readonly LedgerNews[], zone: number, head: FeedHead): FeedMessage {
    const totals = news.flatMap((one) => one.totals[zone] ?? []);
    return { type: "metrics", ...head, data: metricsView(this.formId, summarise(totals), this.deps.now(), head.position) };
  }
}

/** What a newcomer has missed, one message each. */
function welcome(news: readonly LedgerNews[], after: readonly number[] | null, head: FeedHead): FeedMessage[] {
  if (after === null) return [];
  const from = news.map((_, shard) => after[shard] ?? 0);
  const { items, lost } = since(news, from);
  return [...(lost ? [{ type: "resync" as const, ...head }] : []), ...items.map((item) => ({ type: "response" as const, ...item }))];
}

/** Every change after these, in order of time, each with the place of all ledgers once it has been told. */
function since(news: readonly LedgerNews[], from: readonly number[]): { items: ChangeItem[]; lost: boolean } {
  const place = [...from];
  let lost = false;
  const found: { shard: number; item: ChangeItem }[] = [];
  for (const [shard, { items, head, floor }] of news.entries()) {
    const after = from[shard] ?? 0;
    if (after < floor || after > head) {
      lost = true;
      place[shard] = head;
    } else for (const item of items ?? []) if (item.seq > after) found.push({ shard, item });
  }
  // Sorting keeps the order within a ledger, whose times never go back.
  found.sort((a, b) => (a.item.data.changed_at < b.item.data.changed_at ? -1 : a.item.data.changed_at > b.item.data.changed_at ? 1 : 0));
  const placed = found.map(({ shard, item }) => {
    place[shard] = item.seq;
    return { ...item, ...headOf(place) };
  });
  return { items: placed, lost };
}
