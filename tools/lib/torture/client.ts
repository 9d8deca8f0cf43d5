import type { HttpClient, Reply } from "../http-client.ts";
import type { Model } from "./model.ts";

export interface Wish {
  headers?: Record<string, string>;
  body?: unknown;
}

/** Sends once; what becomes of it is for the caller to judge. */
export class Client {
  readonly http: HttpClient;
  readonly model: Model;
  readonly apiKey: string;

  constructor(http: HttpClient, model: Model, apiKey: string) {
    this.http = http;
    this.model = model;
    this.apiKey = apiKey;
  }

  /** Null when no reply came, or one that says only that something is wrong: what was asked may be done all the same. */
  async send(method: string, path: string, wish: Wish = {}): Promise<Reply | null> {
    let reply: Reply;
    try {
      reply = await this.http.send(method, path, { ...wish, headers: { Authorization: `Bearer ${this.apiKey}`, ...wish.headers } });
    } catch {
      this.model.told.unanswered += 1;
      return null;
    }
    if (reply.status < 500) return reply;
    this.model.told.refused += 1;
    return null;
  }

  unexpected(what: string, { status, text }: Reply): void {
    this.model.violation(`${what} was answered with ${status}: ${text.slice(0, 300)}`);
  }
}

export function codeOf({ status, text }: Reply): string | null {
  if (status < 400) return null;
  try {
    return (JSON.parse(text) as { code?: string }).code ?? null;
  } catch {
    return null;
  }
}
