// The live feed of one ledger. Whatever it commits is told to everybody who listens: at once when it has been quiet, else gathered
// into two frames a second, because what costs is the sending, once for each listener. Many listeners are told in groups, one
// after the other, so that the object can take responses in between.
import {
  changesOf,
  dayOf,
  type FeedHead,
  type FeedMessage,
  FRAME_GAP_MS,
  type LedgerNews,
  MAX_FRAME_BYTES,
  metricsOfLedger,
  nextFrameAt,
  responseFrame,
  type Told,
} from "../../../src/analytics";
import { describeError, type Logger } from "../../../src/shared/log";
import { Audience, type Listener, type ListenerFacts, MAX_AGE_MS, MAX_SENT_BYTES, type Sockets } from "../../listeners";
import { type LiveFeed, type OpeningQuery, oneOf, type Way } from "../../live-router";
import type { Ledger } from "../ledger";
import { KEPT_ENTRIES } from "../settler";
import { totalsWithin } from "./reads";

export const MAX_LISTENERS = 10_000;
/** Below this many, all are told together. */
const FEW_LISTENERS = 100;
const GROUPS = 16;
/** A frame that was held up makes the next one no later, so that one long task does not drive all groups together; up to here. */
const MAX_LATE_MS = 60;

/** Times are when a frame was or is due, not when it was told; null: nothing to tell. Who comes and goes makes no change wait. */
interface Group extends Told {
  changeAt: number | null;
  lastPresenceAt: number;
  presenceAt: number | null;
  timer: ReturnType<typeof setTimeout> | null;
  dueAt: number;
}

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
  readonly #groups: Group[] = Array.from({ length: GROUPS }, () => ({
    lastAt: 0,
    beforeAt: 0,
    changeAt: null,
    lastPresenceAt: 0,
    presenceAt: null,
    timer: null,
    dueAt: 0,
  }));

  constructor(
    readonly ledger: Ledger,
    sockets: Sockets,
    readonly deps: { now(): number; log: Logger },
  ) {
    this.#listeners = new Audience(sockets, ledger.head, (listener) => this.#leave(listener));
  }

  get isFull(): boolean {
    return this.#listeners.size >= MAX_LISTENERS;
  }

  open(way: Way, query: OpeningQuery): Response {
    const opening = openingOf(query);
    const { listener, response } = this.#listeners.open(way, this.#factsOf(opening), this.ledger.head);
    this.#welcome(listener, opening.after);
    return response;
  }

  socketGone(socket: WebSocket): void {
    this.#listeners.socketGone(socket);
  }

  /** Something was committed, or seen. */
  changed(): void {
    if (this.#listeners.size === 0) return;
    const now = this.deps.now();
    const groups = this.#listeners.size < FEW_LISTENERS ? 1 : GROUPS;
    for (const [index, group] of this.#groups.entries()) group.changeAt ??= nextFrameAt(group, now, index, groups);
    this.#schedule(now);
  }

  /** The form has more ledgers now: who hears this one alone comes again, and resumes where it was. */
  dismissAll(): void {
    for (const listener of this.#listeners) {
      listener.close("spread");
      this.#leave(listener);
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

  #factsOf({ zone }: Opening): ListenerFacts {
    const count = this.#listeners.size;
    return { zone, group: count < FEW_LISTENERS ? 0 : count % GROUPS, openedAt: this.deps.now() };
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
    this.#presenceChanged();
  }

  #missedSince(after: number | null): FeedMessage[] {
    const { disk, head, name } = this.ledger;
    if (after === null || after === head) return [];
    if (after > head || after < (disk.floor() ?? head + 1) - 1) return [{ type: "resync", ...this.#head() }];
    const items = changesOf(name.formId, name.shard, disk.entriesAfter(after, KEPT_ENTRIES * 2), Number.POSITIVE_INFINITY);
    return items.map((item) => ({ type: "response", ...item }));
  }

  #leave(listener: Listener): void {
    if (this.#listeners.leave(listener)) this.#presenceChanged();
  }

  #presenceChanged(): void {
    const now = this.deps.now();
    for (const group of this.#groups) group.presenceAt ??= Math.max(now, group.lastPresenceAt + FRAME_GAP_MS);
    this.#schedule(now);
  }

  #schedule(now: number): void {
    if (this.#listeners.size === 0) return;
    for (const [index, group] of this.#groups.entries()) {
      const at = Math.min(group.changeAt ?? Number.POSITIVE_INFINITY, group.presenceAt ?? Number.POSITIVE_INFINITY);
      if (at === Number.POSITIVE_INFINITY || (group.timer !== null && group.dueAt <= at)) continue;
      if (group.timer !== null) clearTimeout(group.timer);
      group.dueAt = at;
      group.timer = setTimeout(() => this.#frame(index, group), at - now);
    }
  }

  #frame(index: number, group: Group): void {
    const now = this.deps.now();
    group.timer = null;
    const changed = group.changeAt !== null && group.changeAt <= now;
    const presence = group.presenceAt !== null && group.presenceAt <= now;
    if (group.changeAt !== null && changed) {
      group.beforeAt = group.lastAt;
      group.lastAt = Math.max(group.changeAt, now - MAX_LATE_MS);
      group.changeAt = null;
    }
    if (presence) {
      group.lastPresenceAt = now;
      group.presenceAt = null;
    }
    try {
      const say = remembering();
      for (const listener of this.#listeners) {
        if (listener.group === index && !this.#tellAll(listener, changed, presence, say)) this.#leave(listener);
      }
    } catch (error) {
      this.deps.log.error("a frame failed", { form_id: this.ledger.name.formId, ...describeError(error) });
    }
    this.#schedule(now);
  }

  /** False when the listener is gone. */
  #tellAll(listener: Listener, changed: boolean, presence: boolean, say: Say): boolean {
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
