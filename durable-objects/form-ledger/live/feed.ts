// The live feed of one ledger: whatever it commits is told to everybody who listens.
import {
  changesOf,
  dayOf,
  type FeedHead,
  type FeedMessage,
  type LedgerNews,
  MAX_FRAME_BYTES,
  metricsOfLedger,
  responseFrame,
} from "../../../src/analytics";
import { describeError, type Logger } from "../../../src/shared/log";
import { Audience, type Listener, MAX_AGE_MS, MAX_SENT_BYTES, type Sockets } from "../../listeners";
import { type LiveFeed, type OpeningQuery, oneOf, type Way } from "../../live-router";
import { type News, Rounds } from "../../rounds";
import type { Ledger } from "../ledger";
import { KEPT_ENTRIES } from "../settler";
import { totalsWithin } from "./reads";

export const MAX_LISTENERS = 10_000;
const GROUPS = 16;

interface Opening {
  zone: string;
  /** The last entry the listener knows of; null: it begins now. */
  after: number | null;
}

function openingOf({ zone, after }: OpeningQuery): Opening {
  return { zone: oneOf(zone) ?? "UTC", after: after === undefined ? null : Number(oneOf(after)) };
}

export class Feed implements LiveFeed {
  readonly #listeners: Audience;
  readonly #rounds: Rounds;

  constructor(
    readonly ledger: Ledger,
    sockets: Sockets,
    readonly deps: { now(): number; log: Logger },
  ) {
    this.#listeners = new Audience(sockets, ledger.head, () => this.#rounds.presenceChanged());
    this.#rounds = new Rounds(GROUPS, {
      listening: () => this.#listeners.size,
      tell: (group, news) => this.#tell(group, news),
      now: deps.now,
      failed: (error) => deps.log.error("a frame failed; it is tried again", { form_id: ledger.name.formId, ...describeError(error) }),
    });
  }

  get isFull(): boolean {
    return this.#listeners.size >= MAX_LISTENERS;
  }

  open(way: Way, query: OpeningQuery): Response {
    const { zone, after } = openingOf(query);
    const facts = { zone, group: this.#rounds.nextGroup, openedAt: this.deps.now() };
    const { listener, response } = this.#listeners.open(way, facts, this.ledger.head);
    this.#welcome(listener, after);
    return response;
  }

  socketGone(socket: WebSocket): void {
    this.#listeners.socketGone(socket);
  }

  /** Something was committed, or seen. */
  changed(): void {
    this.#rounds.changed();
  }

  /** The form has more ledgers now: who hears this one alone comes again, and resumes where it was. */
  dismissAll(): void {
    for (const listener of this.#listeners) {
      listener.close("spread");
      this.#listeners.leave(listener);
    }
  }

  /** For the feed of several ledgers, which reads instead of listening. */
  news(after: number, spans: readonly (readonly [from: number, to: number])[], maxBytes: number): LedgerNews {
    const { head, disk, name } = this.ledger;
    const floor = (disk.floor() ?? head + 1) - 1;
    const isKept = after >= floor && after <= head;
    return {
      head,
      floor,
      items: isKept ? changesOf(name.formId, name.shard, disk.entriesAfter(after, KEPT_ENTRIES * 2), maxBytes) : null,
      totals: spans.map(([from, to]) => totalsWithin(this.ledger, from, to)),
    };
  }

  /** What it has missed, one message each; then how things stand. */
  #welcome(listener: Listener, after: number | null): void {
    for (const message of [...this.#missedSince(after), this.#metrics(listener.zone)]) {
      if (listener.send(message, JSON.stringify(message))) continue;
      // More than is kept for somebody who does not read. It comes again from where it got to, and hears the rest.
      listener.close("too_slow");
      this.#listeners.leave(listener);
      return;
    }
    this.#listeners.add(listener);
    this.#rounds.presenceChanged();
  }

  #missedSince(after: number | null): FeedMessage[] {
    const { disk, head, name } = this.ledger;
    if (after === null || after === head) return [];
    if (after > head || after < (disk.floor() ?? head + 1) - 1) return [{ type: "resync", ...this.#head() }];
    const items = changesOf(name.formId, name.shard, disk.entriesAfter(after, KEPT_ENTRIES * 2), Number.POSITIVE_INFINITY);
    return items.map((item) => ({ type: "response", ...item }));
  }

  #tell(group: number, news: News): void {
    const say = remembering();
    for (const listener of this.#listeners) {
      if (listener.group === group && !this.#tellAll(listener, news, say)) this.#listeners.leave(listener);
    }
  }

  /** False when the listener is gone. */
  #tellAll(listener: Listener, { changed, presence }: News, say: Say): boolean {
    if (this.deps.now() - listener.openedAt > MAX_AGE_MS) {
      listener.close("too_old");
      return false;
    }
    const { sent, zone } = listener;
    const spoken: (Spoken | null)[] = [];
    if (changed) {
      spoken.push(
        say(`response ${sent}`, () => this.#responses(sent)),
        say(`metrics ${zone}`, () => this.#metrics(zone)),
      );
      listener.sent = this.ledger.head;
    }
    if (presence) {
      spoken.push(say("presence", () => ({ type: "presence", ...this.#head(), data: { listeners: this.#listeners.size } })));
    }
    for (const message of spoken) {
      if (message === null || listener.send(...message)) continue;
      listener.close("too_slow");
      return false;
    }
    return true;
  }

  #responses(sent: number): FeedMessage | null {
    const { disk, name, head } = this.ledger;
    if (sent >= head) return null;
    if (sent < (disk.floor() ?? head + 1) - 1) return { type: "resync", ...this.#head() };
    const maxBytes = Math.min(MAX_FRAME_BYTES, MAX_SENT_BYTES / this.#listeners.size);
    return responseFrame(changesOf(name.formId, name.shard, disk.entriesAfter(sent, KEPT_ENTRIES * 2), maxBytes));
  }

  #metrics(zone: string): FeedMessage {
    const now = this.deps.now();
    const { from, to } = dayOf(now, zone);
    return metricsOfLedger(this.ledger.name.formId, totalsWithin(this.ledger, from, to), now, this.#head());
  }

  #head(): FeedHead {
    return { seq: this.ledger.head, position: this.ledger.position() };
  }
}

type Spoken = readonly [message: FeedMessage, text: string];
type Say = (key: string, make: () => FeedMessage | null) => Spoken | null;

/** Listeners who are at the same place hear the same words: those are put together once a frame. */
function remembering(): Say {
  const said = new Map<string, Spoken | null>();
  return (key, make) => {
    const known = said.get(key);
    if (known !== undefined) return known;
    const message = make();
    const spoken: Spoken | null = message === null ? null : [message, JSON.stringify(message)];
    said.set(key, spoken);
    return spoken;
  };
}
