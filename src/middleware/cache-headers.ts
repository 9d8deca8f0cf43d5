// A cached value on the wire: ETag, Cache-Control, X-Cache, and 304 for whoever holds it already.
import type { Context } from "hono";
import type { Cached } from "../cache";
import type { AppEnv } from "./app-types";

export interface CacheReply {
  /** Nobody's in particular: shared caches between us and the client may keep it too. */
  visibility: "public" | "private";
  /** How long a client may use it without asking. 0, the default, asks each time: a publish is then seen by the next read. */
  maxAgeSeconds?: number;
  /** Other than JSON, the value must be a string, and is sent as it is. */
  contentType?: string;
  vary?: readonly string[];
}

// What makes two callers see two things. A shared cache must never mix them.
const CREDENTIALS = ["Authorization", "X-API-Key", "Cookie"] as const;
const JSON_TYPE = "application/json; charset=utf-8";

/** A raw `Response`: serialised once, when it was loaded, and never again. */
export function respondCached(c: Context<AppEnv>, cached: Cached<unknown>, reply: CacheReply): Response {
  const { visibility, maxAgeSeconds = 0, contentType = JSON_TYPE } = reply;
  const headers: Record<string, string> = {
    ETag: cached.etag,
    "Cache-Control": `${visibility}, max-age=${maxAgeSeconds}${maxAgeSeconds === 0 ? ", must-revalidate" : ""}`,
    "X-Cache": cached.state,
  };
  const vary = [...(visibility === "private" ? CREDENTIALS : []), ...(reply.vary ?? [])];
  if (vary.length > 0) headers.Vary = vary.join(", ");
  const held = c.req.header("If-None-Match");
  if (held !== undefined && matchesEtag(held, cached.etag)) return new Response(null, { status: 304, headers });
  headers["Content-Type"] = contentType;
  return new Response(contentType === JSON_TYPE ? cached.body : String(cached.value), { headers });
}

/** RFC 9110, 13.1.2: a list or `*`, compared weakly, so that an ETag which a proxy made weak by compressing still matches. */
export function matchesEtag(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === "*") return true;
  const wanted = opaque(etag);
  for (const [listed] of ifNoneMatch.matchAll(/(?:W\/)?"[^"]*"/g)) {
    if (opaque(listed) === wanted) return true;
  }
  return false;
}

const opaque = (etag: string) => (etag.startsWith("W/") ? etag.slice(2) : etag);
