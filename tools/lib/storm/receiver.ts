// Endpoints of customers, good and bad, and everything they were sent.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Random } from "../torture/random.ts";

export interface Hit {
  delivery: string;
  event: string;
  attempt: number;
  at: number;
  seq: number;
  hash: string;
  prevHash: string;
  did: Deed;
}

/** What an endpoint may do to a delivery. */
export type Deed = "ok" | "error" | "unavailable" | "reset" | "hang" | "drip" | "later" | "redirect" | "flood";

const MISDEEDS: readonly Deed[] = ["error", "unavailable", "reset", "later", "redirect", "flood", "error", "reset", "hang", "drip"];
const SLOW: ReadonlySet<Deed> = new Set(["hang", "drip"]);

export interface Endpoint {
  path: string;
  hits: Hit[];
  /** Deliveries that are being answered just now, and the most there ever were. */
  open: Map<string, number>;
  mostOpen: number;
  /** The same delivery was sent again before the answer to it. */
  overlaps: number;
}

export interface Receiver {
  origin: string;
  endpoint(path: string, choose: (hit: Omit<Hit, "did">) => Deed): Endpoint;
  /** What was open when the sender died, died with it. */
  forgetOpen(): void;
  stop(): Promise<void>;
}

/** Fails often on the first attempts, and rarely in the ways that take ten seconds; a few events it never takes. */
export function flaky(random: Random, share: number, slowShare: number) {
  return ({ attempt, seq }: Pick<Hit, "attempt" | "seq">): Deed => {
    if (isDoomed(seq)) return attempt % 2 === 0 ? "error" : "reset";
    if (attempt > 3 || random.next() >= share) return "ok";
    const deed = random.pick(MISDEEDS) ?? "error";
    return SLOW.has(deed) && random.next() >= slowShare ? "error" : deed;
  };
}

export function isDoomed(seq: number): boolean {
  return seq % 97 === 13;
}

export async function startReceiver(): Promise<Receiver> {
  const endpoints = new Map<string, { endpoint: Endpoint; choose: (hit: Omit<Hit, "did">) => Deed }>();
  const server = createServer((request, reply) => {
    const known = endpoints.get(request.url ?? "");
    if (known === undefined) reply.writeHead(404).end();
    else void receive(known.endpoint, known.choose, request, reply);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    endpoint: (path, choose) => {
      const endpoint: Endpoint = { path, hits: [], open: new Map(), mostOpen: 0, overlaps: 0 };
      endpoints.set(path, { endpoint, choose });
      return endpoint;
    },
    forgetOpen: () => {
      for (const { endpoint } of endpoints.values()) endpoint.open.clear();
    },
    stop: () => stop(server),
  };
}

async function receive(endpoint: Endpoint, choose: (hit: Omit<Hit, "did">) => Deed, request: IncomingMessage, reply: ServerResponse) {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return;
  }
  const body = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { id: string; form_seq: number; hash: string; prev_hash: string };
  const delivery = String(request.headers["webhook-id"]);
  const seen = {
    delivery,
    event: body.id,
    attempt: Number(request.headers["x-webhook-attempt"]),
    at: Date.now(),
    seq: body.form_seq,
    hash: body.hash,
    prevHash: body.prev_hash,
  };
  const did = choose(seen);
  endpoint.hits.push({ ...seen, did });
  if (endpoint.open.has(delivery)) endpoint.overlaps += 1;
  endpoint.open.set(delivery, seen.at);
  endpoint.mostOpen = Math.max(endpoint.mostOpen, endpoint.open.size);
  const over = () => endpoint.open.delete(delivery);
  reply.once("finish", over);
  reply.once("close", over);
  answer(did, reply);
}

function answer(did: Deed, reply: ServerResponse): void {
  switch (did) {
    case "ok":
      return void reply.writeHead(204).end();
    case "error":
      return void reply.writeHead(500).end("no");
    case "unavailable":
      return void reply.writeHead(503, { "Retry-After": "2" }).end();
    case "reset":
      return void reply.socket?.resetAndDestroy();
    case "hang":
      return;
    case "drip": {
      reply.writeHead(200, { "Content-Type": "text/plain" });
      const timer = setInterval(() => reply.write("."), 500);
      reply.once("close", () => clearInterval(timer));
      return;
    }
    case "later":
      return void reply.writeHead(429, { "Retry-After": "1" }).end();
    case "redirect":
      return void reply.writeHead(307, { Location: "/elsewhere" }).end();
    case "flood":
      return void reply.writeHead(500).end("x".repeat(300_000));
  }
}

function stop(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}
