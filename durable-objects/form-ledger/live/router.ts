// The ledger's small HTTP surface: what RPC cannot carry, a WebSocket and a stream. Only our own Worker can reach it.
import { type IRequest, Router } from "itty-router";
import type { Feed, Opening } from "./feed";

const router = Router<IRequest, [Feed]>();

router
  .all("*", (_request, feed) => (feed.isFull ? new Response("full", { status: 503 }) : undefined))
  .get("/live", (request, feed) => new Response(null, { status: 101, webSocket: feed.openSocket(openingOf(request)) }))
  .get("/live/events", (request, feed) => new Response(feed.openEvents(openingOf(request))))
  .all("*", () => new Response("nothing here", { status: 404 }));

export function serveLive(request: Request, feed: Feed): Promise<Response> {
  return router.fetch(request, feed);
}

function openingOf({ query }: IRequest): Opening {
  return {
    zone: text(query.zone) ?? "UTC",
    after: query.after === undefined ? null : Number(query.after),
  };
}

function text(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
