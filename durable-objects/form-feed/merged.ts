// The live feed of several ledgers: for each group of listeners it reads all ledgers from the place where the group stands, tells the
// group, and takes in who has come since.
import {
  type ChangeItem,
  dayOf,
  type FeedHead,
  type FeedMessage,
  type LedgerFollowed,
  type LedgerNews,
  MAX_FRAME_BYTES,
  metricsView,
  responseFrame,
  summarise,
} from "../../src/analytics";
import { Audience, type Listener, MAX_AGE_MS, MAX_SENT_BYTES, type Sockets } from "../listeners";
import { type LiveFeed, type OpeningQuery, oneOf, type Way } from "../live-router";
import { type News, Rounds } from "../rounds";
import { headOf, type Places } from "./places";

export const MAX_LISTENERS = 10_000;
/** Each of them reads every ledger twice a second while responses come in. */
export const GROUPS = 8;

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

interface Group {
  /** Who has come and not been told how things stand. */
  newcomers: Newcomer[];
  /** Who came or went changes nothing that was told. */
  isWoken: boolean;
}

/** Who hears of a frame, and in which time zones they are. */
interface Hearers {
  standing: readonly Listener[];
  newcomers: readonly Newcomer[];
  zones: readonly string[];
}

type Spoken = readonly [message: FeedMessage, text: string];

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
  readonly #rounds: Rounds;
  readonly #groups: Group[] = Array.from({ length: GROUPS }, () => ({ newcomers: [], isWoken: false }));

  constructor(
    readonly formId: string,
    readonly places: Places,
    sockets: Sockets,
    readonly deps: Deps,
  ) {
    this.#listeners = new Audience(sockets, 0, () => this.#rounds.presenceChanged());
    this.#rounds = new Rounds(GROUPS, {
      listening: () => this.#count,
      tell: (group, news) => this.#frame(group, news),
      now: deps.now,
      failed: deps.failed,
    });
  }

  get #count(): number {
    return this.#groups.reduce((sum, { newcomers }) => sum + newcomers.length, this.#listeners.size);
  }

  get isFull(): boolean {
    return this.#count >= MAX_LISTENERS;
  }

  /** False when nobody listens. */
  wake(shard: number): boolean {
    if (this.#count === 0) return false;
    this.places.widen(shard + 1);
    for (const group of this.#groups) group.isWoken = true;
    this.#rounds.changed();
    return true;
  }

  open(way: Way, query: OpeningQuery): Response {
    const { zone, shards, after } = openingOf(query);
    const facts = { zone, group: this.#rounds.nextGroup, openedAt: this.deps.now() };
    const { listener, response } = this.#listeners.open(way, facts, 0);
    this.places.widen(shards);
    this.#groups[listener.group]?.newcomers.push({ listener, after });
    this.#rounds.changed(listener.group);
    return response;
  }

  socketGone(socket: WebSocket): void {
    this.#listeners.socketGone(socket);
  }

  async #frame(index: number, { changed, presence }: News): Promise<void> {
    if (changed) await this.#tellChanges(index);
    if (presence) this.#tellPresence(index);
  }

  async #tellChanges(index: number): Promise<void> {
    const group = this.#groups[index] as Group;
    const { newcomers, isWoken } = group;
    const standing = this.#standing(index);
    if (standing.length + newcomers.length === 0) return;
    // Who comes while we read is taken in by the next frame, and does not miss what this one tells.
    Object.assign(group, { newcomers: [], isWoken: false } satisfies Group);
    const zones = [...new Set([...standing, ...newcomers.map(({ listener }) => listener)].map(({ zone }) => zone))];
    const hearers = { standing, newcomers, zones };
    try {
      this.#tell(await this.#read(index, hearers), index, hearers, isWoken);
    } catch (error) {
      group.newcomers = [...newcomers, ...group.newcomers];
      group.isWoken ||= isWoken;
      throw error;
    }
  }

  /** Of each ledger what the one who is furthest behind lacks; where that is no longer kept, what everybody else lacks. */
  async #read(index: number, { standing, newcomers, zones }: Hearers): Promise<LedgerNews[]> {
    const now = this.deps.now();
    const seqs = this.places.of(index);
    const spans = zones.map((zone) => dayOf(now, zone)).map(({ from, to }) => [from, to] as const);
    const frameBytes = Math.min(MAX_FRAME_BYTES, MAX_SENT_BYTES / Math.max(1, this.#listeners.size));
    // Who comes back is told what it missed one message each, and nobody else of its group waits for it.
    const maxBytes = newcomers.some(({ after }) => after !== null) ? Number.POSITIVE_INFINITY : frameBytes / seqs.length;
    return Promise.all(
      seqs.map(async (seq, shard) => {
        const ledger = this.deps.ledger(shard);
        const wanted = newcomers.flatMap(({ after }) => after?.[shard] ?? []);
        // Who begins now needs no entries: a place ahead of everything asks for none.
        const furthestBehind = Math.min(Number.MAX_SAFE_INTEGER, ...wanted, ...(standing.length > 0 ? [seq] : []));
        const first = await ledger.follow(furthestBehind, spans, maxBytes);
        if (first.items !== null || furthestBehind === Number.MAX_SAFE_INTEGER) return first;
        // Somebody is too far behind, or ahead of everything. The others go on from where they are, if that is kept.
        const from = Math.max(first.floor, Math.min(first.head, ...[seq, ...wanted].filter((at) => at >= first.floor && at <= first.head)));
        return ledger.follow(from, spans, maxBytes);
      }),
    );
  }

  #tell(news: readonly LedgerNews[], index: number, { standing, newcomers, zones }: Hearers, isWoken: boolean): void {
    const seqs = this.places.of(index);
    // A ledger that was added meanwhile has its turn in the next frame.
    const place = [...news.map(({ head }) => head), ...seqs.slice(news.length)];
    this.places.move(index, place);
    const head = headOf(place);
    const metrics = new Map(zones.map((zone, i) => [zone, [spoken(this.#metrics(news, i, head))]]));
    const metricsFor = ({ zone }: Listener) => metrics.get(zone) ?? [];
    if (standing.length > 0) {
      const { items, lost } = since(news, seqs);
      const frame = responseFrame(items);
      const changes = [...(lost ? [{ type: "resync" as const, ...head }] : []), ...(frame === null ? [] : [frame])].map(spoken);
      for (const listener of standing) this.#send(listener, [...changes, ...(isWoken ? metricsFor(listener) : [])]);
    }
    for (const { listener, after } of newcomers) {
      this.#listeners.add(listener);
      this.#send(listener, [...welcome(news, after, head).map(spoken), ...metricsFor(listener)]);
    }
    if (newcomers.length > 0) this.#rounds.presenceChanged();
  }

  #tellPresence(index: number): void {
    const present = spoken({ type: "presence", ...headOf(this.places.of(index)), data: { listeners: this.#listeners.size } });
    for (const listener of this.#standing(index)) this.#send(listener, [present]);
  }

  #standing(index: number): Listener[] {
    return [...this.#listeners].filter(({ group }) => group === index);
  }

  #send(listener: Listener, said: readonly Spoken[]): void {
    const isOld = this.deps.now() - listener.openedAt > MAX_AGE_MS;
    if (!isOld && said.every(([message, text]) => listener.send(message, text))) return;
    listener.close(isOld ? "too_old" : "too_slow");
    this.#listeners.leave(listener);
  }

  #metrics(news: readonly LedgerNews[], zone: number, head: FeedHead): FeedMessage {
    const totals = news.flatMap((one) => one.totals[zone] ?? []);
    return { type: "metrics", ...head, data: metricsView(this.formId, summarise(totals), this.deps.now(), head.position) };
  }
}

/** Put into words once, however many hear it. */
function spoken(message: FeedMessage): Spoken {
  return [message, JSON.stringify(message)];
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
