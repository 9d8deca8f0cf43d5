import { afterEach, describe, expect, test, vi } from "vitest";
import { TieredCache } from "../../src/cache";
import { L1_MAX_AGE_MS } from "../../src/cache/limits";
import { NotFoundError, UnavailableError } from "../../src/shared/errors";
import { broken, countingLoad, hold, specOf } from "./support";

afterEach(() => vi.restoreAllMocks());

describe("layers that fail are a miss, and nothing worse", () => {
  test("KV and the Cache API both failing", async () => {
    vi.spyOn(caches.default, "match").mockRejectedValue(new Error("no cache here"));
    vi.spyOn(caches.default, "put").mockRejectedValue(new Error("no cache here"));
    const hands = hold({ KV: broken<KVNamespace>("KV is down") });
    const cache = new TieredCache();
    const load = countingLoad();
    const spec = specOf();
    expect((await cache.get(hands.ctx, spec, load)).state).toBe("MISS");
    await hands.settle();
    expect((await cache.get(hands.ctx, spec, load)).state).toBe("HIT-L1");
    expect(hands.logged.map(({ layer, what }) => `${layer} ${what}`).sort()).toEqual(["edge read", "edge write", "kv read", "kv write"]);
  });

  test("a host without a Cache API: KV alone carries L2", async () => {
    vi.stubGlobal("caches", undefined);
    try {
      const hands = hold();
      const load = countingLoad();
      const spec = specOf();
      await new TieredCache().get(hands.ctx, spec, load);
      await hands.settle();
      expect((await new TieredCache().get(hands.ctx, spec, load)).state).toBe("HIT-L2");
      expect(hands.logged).toEqual([]);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test("KV down: the Cache API alone carries L2", async () => {
    const hands = hold({ KV: broken<KVNamespace>() });
    const load = countingLoad();
    const spec = specOf();
    await new TieredCache().get(hands.ctx, spec, load);
    await hands.settle();
    expect((await new TieredCache().get(hands.ctx, spec, load)).state).toBe("HIT-L2");
  });
});

describe("a load that fails", () => {
  /** L2 has nothing and memory has held it for too long, so that the reader goes the whole way by itself. */
  async function heldTooLong(failure: Error) {
    vi.spyOn(caches.default, "match").mockResolvedValue(undefined);
    const hands = hold({ KV: broken<KVNamespace>() });
    const cache = new TieredCache();
    const spec = specOf({ ttlSeconds: 3_600 });
    await cache.get(hands.ctx, spec, async () => "old");
    await hands.settle();
    hands.pass(L1_MAX_AGE_MS + 1);
    return cache.get(hands.ctx, spec, () => Promise.reject(failure));
  }

  test("because the store is in trouble gives the old value while there is one", async () => {
    const stale = await heldTooLong(new UnavailableError("The store is away."));
    expect([stale.state, stale.value]).toEqual(["STALE", "old"]);
    expect((await heldTooLong(new Error("D1_ERROR"))).state).toBe("STALE");
  });

  test("because the thing is gone is an answer, and is passed on", async () => {
    await expect(heldTooLong(new NotFoundError("The form"))).rejects.toThrow(NotFoundError);
  });

  test("behind a reply that was stale: gone is gone for the next reader, trouble is not", async () => {
    for (const [failure, next] of [
      [new NotFoundError("The form"), "MISS"],
      [new Error("D1_ERROR"), "STALE"],
    ] as const) {
      const hands = hold();
      const cache = new TieredCache();
      const spec = specOf({ ttlSeconds: 10, staleSeconds: 600 });
      await cache.get(hands.ctx, spec, async () => "old");
      await hands.settle();
      hands.pass(11_000);
      expect((await cache.get(hands.ctx, spec, () => Promise.reject(failure))).state).toBe("STALE");
      await hands.settle();
      expect((await cache.get(hands.ctx, spec, async () => "new")).state).toBe(next);
    }
  });

  test("without an old value fails", async () => {
    const { ctx } = hold();
    const load = () => Promise.reject(new UnavailableError("The store is away."));
    await expect(new TieredCache().get(ctx, specOf(), load)).rejects.toThrow(UnavailableError);
  });
});
