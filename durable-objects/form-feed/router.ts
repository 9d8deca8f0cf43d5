// What RPC cannot carry: a WebSocket and a stream. Only our own Worker can reach it.
import { type IRequest, Router } from "itty-router";
import type { MergedFeed, Opening } from "./merged";

const router = Router<IRequest, [MergedFeed]>();

router
  .all("*", (_request, feed) => (feed.isFull ? new Response("full", { status: 503 }) : undefined))
  .get("/live", (request, feed) => new Response(null, { status: 101, webSocket: feed.openSocket(openingOf(request)) }))
  .get("/live/events", (request, feed) => new Response(feed.openEvents(openingOf(request))))
  .all("*", () => new Response("nothing here", { status: 404 }));

export function serveFeed(request: Request, feed: MergedFeed): Promise<Response> {
  return router.fetch(request, feed);
}

function openingOf({ query }: IRequest): Opening {
  return {
    zone: typeof query.zone === "string" ? query.zone : "UTC",
    shards: Number(query.shards),
    after: typeof query.after === "string" ? query.after.split(",").map(Number) : null,
  };
}
