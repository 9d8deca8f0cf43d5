// The HTTP surface of an object that tells a live feed: what RPC cannot carry, a WebSocket and a stream. Only our own Worker can
// reach it.
import { type IRequest, Router } from "itty-router";

export type OpeningQuery = Readonly<Record<string, string | string[] | undefined>>;
/** A WebSocket, or server-sent events. */
export type Way = "socket" | "events";

export interface LiveFeed {
  readonly isFull: boolean;
  open(way: Way, query: OpeningQuery): Response;
}

const router = Router<IRequest, [LiveFeed]>()
  .all("*", (_, feed) => (feed.isFull ? new Response("full", { status: 503 }) : undefined))
  .get("/live", ({ query }, feed) => feed.open("socket", query))
  .get("/live/events", ({ query }, feed) => feed.open("events", query))
  .all("*", () => new Response("nothing here", { status: 404 }));

export function serveLive(request: Request, feed: LiveFeed): Promise<Response> {
  return router.fetch(request, feed);
}

/** The first, where one is given several times. */
export function oneOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
