// The HTTP surface of an object that tells a live feed: what RPC cannot carry, a WebSocket and a stream. Only our own Worker can
// reach it.
import { type IRequest, Router } from "itty-router";

export interface LiveFeed<Opening> {
  readonly isFull: boolean;
  openSocket(opening: Opening): WebSocket;
  openEvents(opening: Opening): ReadableStream<Uint8Array>;
}

export type OpeningQuery = Readonly<Record<string, string | string[] | undefined>>;
type Serve = (request: Request) => Promise<Response>;

export function liveRouter<Opening>(feed: LiveFeed<Opening>, openingOf: (query: OpeningQuery) => Opening): Serve {
  const router = Router<IRequest>();
  router
    .all("*", () => (feed.isFull ? new Response("full", { status: 503 }) : undefined))
    .get("/live", ({ query }) => new Response(null, { status: 101, webSocket: feed.openSocket(openingOf(query)) }))
    .get("/live/events", ({ query }) => new Response(feed.openEvents(openingOf(query))))
    .all("*", () => new Response("nothing here", { status: 404 }));
  return (request) => router.fetch(request);
}

/** The first, where one is given several times. */
export function oneOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
