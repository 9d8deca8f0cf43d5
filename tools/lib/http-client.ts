// Requests over kept-alive connections with as little work as Node allows: a load must not be slower than what it measures.
import { Agent, type IncomingHttpHeaders, request } from "node:http";

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Wish {
  headers?: Record<string, string>;
  body?: unknown;
}

export class HttpClient {
  readonly #agent: Agent;
  readonly port: number;

  readonly timeoutMs: number;

  constructor(origin: string, connections: number, timeoutMs = 30_000) {
    this.timeoutMs = timeoutMs;
    this.port = Number(new URL(origin).port);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** Rejects when no whole reply came, and then nobody knows what became of the request. */
  send(method: string, path: string, { headers = {}, body }: Wish = {}): Promise<Reply> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const described = text === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: "127.0.0.1",
          port: this.port,
          method,
          path,
          agent: this.#agent,
          timeout: this.timeoutMs,
          headers: { ...described, ...headers },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.on("error", reject);
          incoming.on("aborted", () => reject(new Error("The reply was cut off.")));
          incoming.on("end", () =>
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text: Buffer.concat(chunks).toString("utf8") }),
          );
        },
      );
      outgoing.on("timeout", () => outgoing.destroy(new Error(`No reply within ${this.timeoutMs} ms.`)));
      outgoing.on("error", reject);
      outgoing.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
