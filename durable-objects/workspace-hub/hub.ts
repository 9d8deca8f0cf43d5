// Gathers what is published into two frames a second: at once when it has been quiet. Of messages with one key only the newest is told.
import { Breath, EventListener, type Listener, type ListenerFacts, MAX_AGE_MS, SocketListener } from "../listeners";
import type { Published } from ".";
import type { Kept, KeptMessage } from "./kept";

export const MAX_LISTENERS = 5_000;
const FRAME_GAP_MS = 500;
/** Waiting for the next frame. Beyond it the oldest go: who publishes so much publishes what is in the store anyway. */
const MAX_PENDING = 1_000;

export class Hub {
  readonly #listeners = new Set<Listener>();
  readonly #bySocket = new Map<WebSocket, SocketListener>();
  readonly #pending = new Map<string, Published>();
  #presence = false;
  #lastAt = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #breath = new Breath(this.#listeners, (listener) => this.#leave(listener));

  constructor(
    readonly kept: Kept,
    readonly sockets: Pick<DurableObjectState, "acceptWebSocket" | "getWebSockets" | "setWebSocketAutoResponse">,
    readonly deps: { now(): number; failed(error: unknown): void },
  ) {
    sockets.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    for (const socket of sockets.getWebSockets()) this.#add(new SocketListener(socket, socket.deserializeAttachment(), kept.head));
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

  openSocket(after: number | null): WebSocket {
    const { 0: client, 1: server } = new WebSocketPair();
    const facts = this.#facts();
    this.sockets.acceptWebSocket(server);
    server.serializeAttachment(facts);
    this.#welcome(new SocketListener(server, facts, this.kept.head), after);
    return client;
  }

  openEvents(after: number | null): ReadableStream<Uint8Array> {
    const listener = new EventListener(this.#facts(), this.kept.head, (gone) => this.#leave(gone));
    this.#welcome(listener, after);
    this.#breath.begin();
    return listener.stream;
  }

  socketGone(socket: WebSocket): void {
    const listener = this.#bySocket.get(socket);
    if (listener !== undefined) this.#leave(listener);
  }

  #facts(): ListenerFacts {
    return { zone: "UTC", group: 0, openedAt: this.deps.now() };
  }

  /** What it has missed, then how many watch. */
  #welcome(listener: Listener, after: number | null): void {
    if (after !== null && after !== this.kept.head) {
      const missed = this.kept.after(after);
      if (missed === null) this.#tell(listener, "resync");
      else for (const message of missed) listener.send(...wordsOf(message));
    }
    this.#add(listener);
    this.#tell(listener, "presence");
    this.#presence = true;
    this.#schedule();
  }

  #add(listener: Listener): void {
    this.#listeners.add(listener);
    if (listener instanceof SocketListener) this.#bySocket.set(listener.socket, listener);
  }

  #leave(listener: Listener): void {
    if (!this.#listeners.delete(listener)) return;
    if (listener instanceof SocketListener) this.#bySocket.delete(listener.socket);
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
    try {
      const messages = this.kept.add([...this.#pending.values()]).map(wordsOf);
      this.#pending.clear();
      for (const listener of [...this.#listeners]) {
        if (this.deps.now() - listener.openedAt > MAX_AGE_MS) {
          listener.close("too_old");
          this.#leave(listener);
        } else if (!messages.every((words) => listener.send(...words))) {
          listener.close("too_slow");
          this.#leave(listener);
        } else {
          listener.sent = this.kept.head;
          if (this.#presence) this.#tell(listener, "presence");
        }
      }
      this.#presence = false;
    } catch (error) {
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
