// A listener that keeps what it hears, and waits for what it is told to wait for.
import { expect } from "vitest";
import type { World } from "../support/world";

export interface Heard {
  type: string;
  seq: number;
  position: string;
  data: Record<string, unknown>;
  batch?: Heard[];
  /** When it came, by our clock. */
  at: number;
}

const PATIENCE_MS = 5_000;

export class Listener {
  readonly heard: Heard[] = [];
  closed = false;
  #woken: () => void = () => {};

  hear(text: string): void {
    this.heard.push({ ...JSON.parse(text), at: Date.now() });
    this.#woken();
  }

  end(): void {
    this.closed = true;
    this.#woken();
  }

  /** Every change it has heard of, whether alone or in a batch. */
  get changes(): Heard[] {
    return this.heard.filter(({ type }) => type === "response").flatMap((message) => message.batch ?? [message]);
  }

  get seqs(): number[] {
    return this.changes.map(({ seq }) => seq);
  }

  last(type: string): Heard | undefined {
    return this.heard.findLast((message) => message.type === type);
  }

  async until(holds: () => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!holds()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`Not heard in time; heard ${JSON.stringify(this.heard).slice(0, 2_000)}`);
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#woken = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }
}

export class SocketListener extends Listener {
  constructor(readonly socket: WebSocket) {
    super();
    socket.addEventListener("message", ({ data }) => this.hear(String(data)));
    socket.addEventListener("close", () => this.end());
    socket.accept();
  }
}

export function feedPath(formId: string, query = ""): string {
  return `/api/v2/analytics/forms/${formId}/live${query}`;
}

export function upgrade(world: World, path: string, headers: Record<string, string> = {}, key?: string | null): Promise<Response> {
  return world.call("GET", path, undefined, { headers: { Upgrade: "websocket", ...headers }, key });
}

export async function listen(world: World, formId: string, query = ""): Promise<SocketListener> {
  const reply = await upgrade(world, feedPath(formId, query));
  expect(reply.status, reply.status === 101 ? "" : await reply.text()).toBe(101);
  if (reply.webSocket === null) throw new Error("No socket");
  const listener = new SocketListener(reply.webSocket);
  await listener.until(() => listener.last("presence") !== undefined);
  return listener;
}

export class EventListener extends Listener {
  readonly ids: string[] = [];
  readonly #abort = new AbortController();

  constructor(readonly response: Response) {
    super();
    void this.#read().finally(() => this.end());
  }

  async #read(): Promise<void> {
    if (this.response.body === null) return;
    let rest = "";
    const reader = this.response.body.pipeThrough(new TextDecoderStream()).getReader();
    this.#abort.signal.addEventListener("abort", () => void reader.cancel());
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\n\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        const fields = Object.fromEntries(part.split("\n").map((line) => line.split(/: (.*)/s)));
        if (fields.data === undefined) continue;
        this.ids.push(fields.id);
        expect(JSON.parse(fields.data).type).toBe(fields.event);
        this.hear(fields.data);
      }
    }
  }

  stop(): void {
    this.#abort.abort();
  }
}

export async function listenToEvents(world: World, formId: string, headers: Record<string, string> = {}): Promise<EventListener> {
  const reply = await world.call("GET", `/api/v2/analytics/forms/${formId}/live/events`, undefined, { headers });
  expect(reply.status).toBe(200);
  expect(reply.headers.get("Content-Type")).toContain("text/event-stream");
  const listener = new EventListener(reply);
  await listener.until(() => listener.last("presence") !== undefined);
  return listener;
}
