import type { HttpClient } from "../http-client.ts";

const TRIES = 20;
const BETWEEN_TRIES_MS = 500;

/** Reads that must succeed, and be current; a store that says it is behind is given ten seconds. */
export class Reader {
  readonly http: HttpClient;
  readonly apiKey: string;

  constructor(http: HttpClient, apiKey: string) {
    this.http = http;
    this.apiKey = apiKey;
  }

  async get<T>(path: string): Promise<T> {
    return this.#ask<T>("GET", path);
  }

  async post<T>(path: string, body?: unknown): Promise<T> {
    return this.#ask<T>("POST", path, body);
  }

  async #ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const reply = await this.http.send(method, path, { body, headers: { Authorization: `Bearer ${this.apiKey}` } });
      const current = reply.headers["x-stale"] !== "true";
      if (reply.status < 300 && current) return JSON.parse(reply.text) as T;
      const mayPass = reply.status >= 500 || reply.status === 409 || !current;
      if (!mayPass || attempt === TRIES)
        throw new Error(`${method} ${path}: ${reply.status}${current ? "" : ", stale"} ${reply.text.slice(0, 300)}`);
      await new Promise((done) => setTimeout(done, BETWEEN_TRIES_MS));
    }
  }
}
