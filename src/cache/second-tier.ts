// L2: the Cache API of the data centre, where the host has one, then KV. Both may be missing, slow or failing: then they are a
// miss. The key holds the versions of the tags, so nothing here can be out of date, whatever the store behind it still returns.
import type { ServiceContext } from "../shared/context";
import { sha256Hex } from "../shared/crypto";
import { describeError } from "../shared/log";
import { withTimeLimit } from "../shared/time-limit";
import { KV_MIN_LIFE_SECONDS, L2_MAX_AGE_SECONDS, L2_READ_LIMIT_MS, L2_WRITE_LIMIT_MS } from "./limits";

export interface Stored {
  body: string;
  etag: string;
  /** When it was loaded. */
  storedAt: number;
}

export type Layer = "edge" | "kv";

// Not a host that exists: only a name within the Cache API.
const EDGE_ORIGIN = "https://cache.headwater.invalid";
const KV_PREFIX = "cache:";
const MAX_KV_KEY_BYTES = 512;

/** The build is in the key: another build may serialise the same thing in another shape. */
export async function secondTierKey(ctx: ServiceContext, key: string, versions: string): Promise<string> {
  const name = `${ctx.env.VERSION?.id ?? ""}|${key}|${versions}`;
  const encoded = encodeURIComponent(name);
  return encoded.length + KV_PREFIX.length <= MAX_KV_KEY_BYTES ? encoded : sha256Hex(name);
}

export async function readEdge(ctx: ServiceContext, key: string): Promise<Stored | null> {
  return quietly(ctx, "edge", "read", async () => {
    const reply = await edge()?.match(`${EDGE_ORIGIN}/${key}`);
    if (reply === undefined) return null;
    return { body: await reply.text(), etag: reply.headers.get("X-Entry-Tag") ?? "", storedAt: Number(reply.headers.get("X-Stored-At")) };
  });
}

export async function readKv(ctx: ServiceContext, key: string): Promise<Stored | null> {
  return quietly(ctx, "kv", "read", async () => {
    const { value, metadata } = await ctx.env.KV.getWithMetadata<{ etag: string; storedAt: number }>(KV_PREFIX + key, "text");
    return value === null || metadata === null ? null : { body: value, etag: metadata.etag, storedAt: metadata.storedAt };
  });
}

export async function writeEdge(ctx: ServiceContext, key: string, stored: Stored): Promise<void> {
  await quietly(ctx, "edge", "write", async () => {
    await edge()?.put(
      `${EDGE_ORIGIN}/${key}`,
      // The entry's own tag travels beside: the Cache API would answer an `ETag` with conditional semantics of its own.
      new Response(stored.body, {
        headers: {
          "Content-Type": "application/json",
          "Cache-Control": `public, max-age=${L2_MAX_AGE_SECONDS}`,
          "X-Entry-Tag": stored.etag,
          "X-Stored-At": String(stored.storedAt),
        },
      }),
    );
    return null;
  });
}

export async function writeKv(ctx: ServiceContext, key: string, stored: Stored, lifeSeconds: number): Promise<void> {
  await quietly(ctx, "kv", "write", async () => {
    await ctx.env.KV.put(KV_PREFIX + key, stored.body, {
      expirationTtl: Math.max(KV_MIN_LIFE_SECONDS, Math.min(L2_MAX_AGE_SECONDS, Math.ceil(lifeSeconds))),
      metadata: { etag: stored.etag, storedAt: stored.storedAt },
    });
    return null;
  });
}

/** Not every host has a Cache API; some have the name and throw on use. */
function edge(): Cache | undefined {
  return typeof caches === "undefined" ? undefined : caches.default;
}

async function quietly<T>(ctx: ServiceContext, layer: Layer, what: "read" | "write", work: () => Promise<T>): Promise<T | null> {
  try {
    return await withTimeLimit(`cache ${layer} ${what}`, what === "read" ? L2_READ_LIMIT_MS : L2_WRITE_LIMIT_MS, work());
  } catch (error) {
    ctx.log.warn("cache layer failed", { layer, what, ...describeError(error) });
    return null;
  }
}
