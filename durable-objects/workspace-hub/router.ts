// What RPC cannot carry: a WebSocket and a stream. Only our own Worker can reach it.
import { type IRequest, Router } from "itty-router";
import type { Hub } from "./hub";

const router = Router<IRequest, [Hub]>();

router
  .all("*", (_request, hub) => (hub.isFull ? new Response("full", { status: 503 }) : undefined))
  .get("/live", (request, hub) => new Response(null, { status: 101, webSocket: hub.openSocket(afterOf(request)) }))
  .get("/live/events", (request, hub) => new Response(hub.openEvents(afterOf(request))))
  .all("*", () => new Response("nothing here", { status: 404 }));

export function serveHub(request: Request, hub: Hub): Promise<Response> {
  return router.fetch(request, hub);
}

function afterOf({ query }: IRequest): number | null {
  return typeof query.after === "string" ? Number(query.after) : null;
}
