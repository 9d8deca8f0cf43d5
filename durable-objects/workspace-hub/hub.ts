// Gathers what is published into two frames a second: at once when it has been quiet. Of messages with one key only the newest is told.
import { Audience, type Listener, type ListenerFacts, MAX_AGE_MS, type Sockets } from "../listeners";
import { type LiveFeed, type OpeningQuery, oneOf, type Way } from "../live-router";
import type { Published } from ".";
import type { Kept, KeptMessage } from "./kept";

export const MAX_LISTENERS = 5_000;
const FRAME_GAP_MS = 500;
/** Waiting for the next frame. Beyond it the oldest go: who publishes so much publishes what is in the store anyway. */
const MAX_PENDING = 1_000;

/** The last message the listener knows of; null: it begins now. */
type Opening = number | null;

function openingOf({ after }: OpeningQuery): Opening {
  return after === undefined ? null : Number(oneOf(after));
}

export class Hub implements LiveFeed {
  readonly #listeners: Audience;
  readonly #pending = new Map<string, Published>();
  #presence = false;
  #lastAt = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    readonly kept: Kept,
    sockets: Sockets,
    readonly deps: { now(): number; failed(error: unknown): void },
  ) {
    this.#listeners = new Audience(sockets, kept.head, () => this.#presenceChanged());
  }

  get isFull(): boolean {
    return this.#listeners.size >= MAX_LISTENERS;
  }

  publish(message: Published): void {
    const key = `${message.type} ${message.key}`;
    // The newer one takes the older one's turn at the end, so that frames stay in order of what happened last.
    this.#pending.delete(key);
    this.#pending.set(key, message);
    if (this.#pending.size > MAX_PENDING) {
      for (const oldest of this.#pending.keys()) {
        this.#pending.delete(oldest);
        break;
      }
    }
    this.#schedule();
  }

  open(way: Way, query: OpeningQuery): Response {
    const { listener, response } = this.#listeners.open(way, this.#facts(), this.kept.head);
    this.#welcome(listener, openingOf(query));
    return response;
  }

  socketGone(socket: WebSocket): void {
    this.#listeners.socketGone(socket);
  }

  #facts(): ListenerFacts {
    return { zone: "UTC", group: 0, openedAt: this.deps.now() };
  }

  /** What it has missed, then how many watch. */
  #welcome(listener: Listener, after: Opening): void {
    if (after !== null && after !== this.kept.head) {
      const missed = this.kept.after(after);
      if (missed === null) this.#tell(listener, "resync");
      else if (!missed.every((message) => listener.send(...wordsOf(message)))) {
        // More than is kept for somebody who does not read. It comes again from where it got to, and hears the rest.
        listener.close("too_slow");
        this.#listeners.leave(listener);
        return;
      }
    }
    this.#listeners.add(listener);
    this.#tell(listener, "presence");
    this.#presenceChanged();
  }

  #presenceChanged(): void {
    this.#presence = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer !== null) return;
    const wait = Math.max(0, this.#lastAt + FRAME_GAP_MS - this.deps.now());
    this.#timer = setTimeout(() => this.#frame(), wait);
  }

  #frame(): void {
    this.#timer = null;
    this.#lastAt = this.deps.now();
    // Who leaves while this one is told is told of by the next.
    const presence = this.#presence;
    this.#presence = false;
    try {
      const messages = this.kept.add([...this.#pending.values()]).map(wordsOf);
      this.#pending.clear();
      for (const listener of this.#listeners) {
        if (this.deps.now() - listener.openedAt > MAX_AGE_MS) {
          listener.close("too_old");
          this.#listeners.leave(listener);
        } else if (!messages.every((words) => listener.send(...words))) {
          listener.close("too_slow");
          this.#listeners.leave(listener);
        } else {
          listener.sent = this.kept.head;
          if (presence) this.#tell(listener, "presence");
        }
      }
    } catch (error) {
      this.#presence ||= presence;
      this.deps.failed(error);
    }
  }

  #tell(listener: Listener, type: "presence" | "resync"): void {
    const { head } = this.kept;
    const data = type === "presence" ? { data: { listeners: this.#listeners.size } } : {};
    const position = String(head);
    listener.send({ type, position }, JSON.stringify({ type, seq: head, position, ...data }));
  }
}

function wordsOf({ seq, type, data }: KeptMessage): [{ type: string; position: string }, string] {
  const position = String(seq);
  // `data` is JSON already; what was too much for a message is left out and said to be.
  const head = `{"type":${JSON.stringify(type)},"seq":${seq},"position":"${position}"`;
  return [{ type, position }, data === null ? `${head},"data":null,"data_left_out":true}` : `${head},"data":${data}}`];
}
