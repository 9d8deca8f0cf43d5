// Who listens to a live feed, whichever object tells it: a WebSocket, which survives while the object sleeps, or a stream of
// server-sent events, which keeps it awake.
import type { Way } from "./live-router";

/** Who may listen was asked when the feed was opened; after this long it is asked again. */
export const MAX_AGE_MS = 3_600_000;
/** Of answers to all listeners together in one frame: sending costs by the byte, and a thousand times what one costs. */
export const MAX_SENT_BYTES = 8_388_608;
const KEEP_ALIVE_MS = 20_000;

/** What a listener must know of a message; the words themselves come beside it. */
interface Spoken {
  type: string;
  position: string;
}

export interface ListenerFacts {
  /** Decides what "today" is. */
  zone: string;
  group: number;
  openedAt: number;
}

type CloseReason = "too_old" | "too_slow" | "spread";

export interface Listener extends ListenerFacts {
  /** It has been told of everything up to this entry. */
  sent: number;
  /** False when it is gone. */
  send(message: Spoken, text: string): boolean;
  close(reason: CloseReason): void;
}

class SocketListener implements Listener {
  readonly zone: string;
  readonly group: number;
  readonly openedAt: number;

  /** `sent` is not written down for each frame: an object only falls asleep when every listener has been told everything. */
  constructor(
    readonly socket: WebSocket,
    facts: ListenerFacts,
    public sent: number,
  ) {
    ({ zone: this.zone, group: this.group, openedAt: this.openedAt } = facts);
  }

  send(_message: Spoken, text: string): boolean {
    try {
      this.socket.send(text);
      return true;
    } catch {
      return false;
    }
  }

  close(reason: CloseReason): void {
    // 1012, "service restart": clients come back, and resume where they were.
    this.socket.close(1012, reason);
  }
}

const BUFFER_BYTES = 1_048_576;
const encoder = new TextEncoder();

class EventListener implements Listener {
  readonly zone: string;
  readonly group: number;
  readonly openedAt: number;
  readonly stream: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;

  constructor(
    facts: ListenerFacts,
    public sent: number,
    onGone: (listener: Listener) => void,
  ) {
    ({ zone: this.zone, group: this.group, openedAt: this.openedAt } = facts);
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
          controller.enqueue(encoder.encode("retry: 2000\n\n"));
        },
        cancel: () => {
          this.#controller = null;
          onGone(this);
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: BUFFER_BYTES }),
    );
  }

  send(message: Spoken, text: string): boolean {
    return this.#write(`id: ${message.position}\nevent: ${message.type}\ndata: ${text}\n\n`);
  }

  /** Keeps proxies from taking silence for the end, and finds out who has gone. */
  keepAlive(): boolean {
    return this.#write(":\n\n");
  }

  close(): void {
    try {
      this.#controller?.close();
    } catch {
      // Already closed from the other side.
    }
    this.#controller = null;
  }

  #write(text: string): boolean {
    const controller = this.#controller;
    // Nobody has read a megabyte: it would only grow.
    if (controller === null || (controller.desiredSize ?? 0) <= 0) return false;
    controller.enqueue(encoder.encode(text));
    return true;
  }
}

export type Sockets = Pick<DurableObjectState, "acceptWebSocket" | "getWebSockets" | "setWebSocketAutoResponse">;

/** Everybody who listens to one object. Sockets outlive its sleep: those that were open are among them when it wakes. */
export class Audience {
  readonly #listeners = new Set<Listener>();
  readonly #bySocket = new Map<WebSocket, SocketListener>();
  #breath: ReturnType<typeof setInterval> | null = null;

  /** `sent`: what those from before the sleep have been told. */
  constructor(
    readonly sockets: Sockets,
    sent: number,
    readonly onFewer: () => void,
  ) {
    sockets.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    for (const socket of sockets.getWebSockets()) this.add(this.#heard(new SocketListener(socket, socket.deserializeAttachment(), sent)));
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Whoever is told while others leave. */
  [Symbol.iterator](): IterableIterator<Listener> {
    return [...this.#listeners].values();
  }

  /** The feed tells it nothing of its own accord before it is added. */
  open(way: Way, facts: ListenerFacts, sent: number): { listener: Listener; response: Response } {
    return way === "socket" ? this.#openSocket(facts, sent) : this.#openEvents(facts, sent);
  }

  add(listener: Listener): void {
    // Who hung up before it was told how things stand does not come in: nobody would notice it leave.
    if (listener instanceof SocketListener && !this.#bySocket.has(listener.socket)) return;
    this.#listeners.add(listener);
  }

  leave(listener: Listener): void {
    if (listener instanceof SocketListener) this.#bySocket.delete(listener.socket);
    if (this.#listeners.delete(listener)) this.onFewer();
  }

  socketGone(socket: WebSocket): void {
    const listener = this.#bySocket.get(socket);
    // Who hung up while the object slept is not among those it found when it woke.
    if (listener === undefined) this.onFewer();
    else this.leave(listener);
  }

  #openSocket(facts: ListenerFacts, sent: number) {
    const { 0: client, 1: server } = new WebSocketPair();
    this.sockets.acceptWebSocket(server);
    server.serializeAttachment(facts);
    const listener = this.#heard(new SocketListener(server, facts, sent));
    return { listener, response: new Response(null, { status: 101, webSocket: client }) };
  }

  #openEvents(facts: ListenerFacts, sent: number) {
    this.#breath ??= setInterval(() => this.#breathe(), KEEP_ALIVE_MS);
    const listener = new EventListener(facts, sent, (gone) => this.leave(gone));
    return { listener, response: new Response(listener.stream) };
  }

  #heard(listener: SocketListener): SocketListener {
    this.#bySocket.set(listener.socket, listener);
    return listener;
  }

  /** Into the streams, for as long as there are any. */
  #breathe(): void {
    let streams = 0;
    for (const listener of this) {
      if (!(listener instanceof EventListener)) continue;
      if (listener.keepAlive()) streams += 1;
      else this.leave(listener);
    }
    if (streams > 0 || this.#breath === null) return;
    clearInterval(this.#breath);
    this.#breath = null;
  }
}
