import { describe, expect, test } from "vitest";
import { TieredCache } from "../../src/cache";
import { L1_MAX_AGE_MS } from "../../src/cache/limits";
import { broken, countingLoad, hold, specOf, unique } from "./support";

describe("tiers", () => {
  test("a miss loads once, then memory answers with the same bytes and the same frozen object", async () => {
    const { ctx } = hold();
    const cache = new TieredCache();
    const load = countingLoad();
    const spec = specOf();
    const first = await cache.get(ctx, spec, load);
    const second = await cache.get(ctx, spec, load);
    expect([first.state, second.state, load.calls]).toEqual(["MISS", "HIT-L1", 1]);
    expect(second.body).toBe('{"call":1}');
    expect(second.etag).toBe(first.etag);
    expect(second.value).toBe(first.value);
    expect(() => {
      second.value.call = 7;
    }).toThrow(TypeError);
  });

  test("the value is what was serialised, also for whoever loaded it", async () => {
    const { ctx } = hold();
    const { value } = await new TieredCache().get<object>(ctx, specOf(), async () => ({ at: new Date(0), none: undefined }));
    expect(value).toEqual({ at: "1970-01-01T00:00:00.000Z" });
  });

  test("another isolate finds it in L2, and the next time in its own memory", async () => {
    const here = hold();
    const load = countingLoad();
    const spec = specOf();
    const first = await new TieredCache().get(here.ctx, spec, load);
    await here.settle();
    const elsewhere = new TieredCache();
    const found = await elsewhere.get(here.ctx, spec, load);
    expect([found.state, found.body, found.etag, load.calls]).toEqual(["HIT-L2", '{"call":1}', first.etag, 1]);
    expect((await elsewhere.get(here.ctx, spec, load)).state).toBe("HIT-L1");
  });

  test("memory answers an isolate that sat idle too, once the versions are known not to have moved", async () => {
    const hands = hold({ KV: broken<KVNamespace>() });
    const cache = new TieredCache();
    const load = countingLoad();
    const spec = specOf();
    await cache.get(hands.ctx, spec, load);
    hands.pass(30_000);
    expect((await cache.get(hands.ctx, spec, load)).state).toBe("HIT-L1");
    expect(load.calls).toBe(1);
  });

  test("memory lets go after five minutes, and L2 answers while it is fresh there", async () => {
    const hands = hold();
    const cache = new TieredCache();
    const load = countingLoad();
    const spec = specOf({ ttlSeconds: 3_600 });
    await cache.get(hands.ctx, spec, load);
    await hands.settle();
    hands.pass(L1_MAX_AGE_MS + 1);
    expect((await cache.get(hands.ctx, spec, load)).state).toBe("HIT-L2");
    expect((await cache.get(hands.ctx, spec, load)).state).toBe("HIT-L1");
    expect(load.calls).toBe(1);
  });

  test("what is not there is remembered in memory alone", async () => {
    const here = hold();
    const cache = new TieredCache();
    const spec = specOf();
    let calls = 0;
    const load = async () => {
      calls++;
      return null;
    };
    await cache.get(here.ctx, spec, load);
    await here.settle();
    expect((await cache.get(here.ctx, spec, load)).state).toBe("HIT-L1");
    expect((await new TieredCache().get(here.ctx, spec, load)).state).toBe("MISS");
    expect(calls).toBe(2);
  });

  test("bypass neither reads nor writes", async () => {
    const { ctx } = hold();
    const cache = new TieredCache();
    const load = countingLoad();
    const spec = specOf({ bypass: true });
    expect((await cache.get(ctx, spec, load)).state).toBe("BYPASS");
    expect((await cache.get(ctx, spec, load)).state).toBe("BYPASS");
    expect([load.calls, cache.memory.size]).toEqual([2, 0]);
  });

  test("another build does not read what this one has serialised", async () => {
    const here = hold();
    const there = hold({ VERSION: { id: unique("build"), tag: "", timestamp: "" } });
    const load = countingLoad();
    const spec = specOf();
    await new TieredCache().get(here.ctx, spec, load);
    await here.settle();
    expect((await new TieredCache().get(there.ctx, spec, load)).state).toBe("MISS");
  });

  test("a key longer than KV takes is kept under its hash", async () => {
    const here = hold();
    const load = countingLoad();
    const spec = specOf({ key: unique("long".repeat(200)) });
    await new TieredCache().get(here.ctx, spec, load);
    await here.settle();
    expect((await new TieredCache().get(here.ctx, spec, load)).state).toBe("HIT-L2");
  });
});

describe("past its time", () => {
  test("the old value is served at once, renewed behind the reply, and the next reader has the new one", async () => {
    const hands = hold();
    const cache = new TieredCache();
    const load = countingLoad();
    const spec = specOf({ ttlSeconds: 60, staleSeconds: 30 });
    await cache.get(hands.ctx, spec, load);
    await hands.settle();
    hands.pass(61_000);
    const stale = await cache.get(hands.ctx, spec, load);
    expect([stale.state, stale.body]).toEqual(["STALE", '{"call":1}']);
    await hands.settle();
    const renewed = await cache.get(hands.ctx, spec, load);
    expect([renewed.state, renewed.body, load.calls]).toEqual(["HIT-L1", '{"call":2}', 2]);
  });

  test("many readers of a stale value start one renewal", async () => {
    const hands = hold();
    const cache = new TieredCache();
    const load = countingLoad();
    const spec = specOf();
    await cache.get(hands.ctx, spec, load);
    await hands.settle();
    hands.pass(61_000);
    await cache.tags.read(hands.ctx, spec.tags);
    const states = await Promise.all(Array.from({ length: 50 }, async () => (await cache.get(hands.ctx, spec, load)).state));
    await hands.settle();
    expect(new Set(states)).toEqual(new Set(["STALE"]));
    expect(load.calls).toBe(2);
  });

  test("too old is not served at all", async () => {
    const hands = hold();
    const cache = new TieredCache();
    const load = countingLoad();
    const spec = specOf({ ttlSeconds: 60, staleSeconds: 30 });
    await cache.get(hands.ctx, spec, load);
    hands.pass(90_001);
    const next = await cache.get(hands.ctx, spec, load);
    expect([next.state, next.body]).toEqual(["MISS", '{"call":2}']);
  });
});
