import { describe, expect, test } from "vitest";
import { bumpTags, TieredCache } from "../../src/cache";
import { TAG_REFRESH_AHEAD_MS, TAG_TRUST_MS } from "../../src/cache/limits";
import { broken, countingLoad, type Hands, hold, specOf, unique } from "./support";

/** As a publish does it: in the batch, then noted in the isolate that did it. */
async function change(hands: Hands, tags: readonly string[], ...here: TieredCache[]) {
  await hands.ctx.db.batch([bumpTags(hands.ctx, tags)]);
  for (const cache of here) cache.tags.noteBumped(tags);
}

describe("a tag that moved", () => {
  test("is seen at once by the isolate that moved it", async () => {
    const hands = hold();
    const cache = new TieredCache();
    const load = countingLoad();
    const spec = specOf();
    for (let i = 1; i <= 3; i++) {
      expect((await cache.get(hands.ctx, spec, load)).body).toBe(`{"call":${i}}`);
      await hands.settle();
      await change(hands, spec.tags, cache);
    }
  });

  test("is seen by an isolate that sat idle, as soon as the bound has passed, and never after it", async () => {
    const hands = hold();
    const here = new TieredCache();
    const elsewhere = new TieredCache();
    const load = countingLoad();
    const spec = specOf({ ttlSeconds: 3_600 });
    await elsewhere.get(hands.ctx, spec, load);
    await hands.settle();
    await change(hands, spec.tags, here);
    hands.pass(TAG_TRUST_MS - 1);
    expect((await elsewhere.get(hands.ctx, spec, load)).body).toBe('{"call":1}');
    hands.pass(1);
    const seen = await elsewhere.get(hands.ctx, spec, load);
    expect([seen.state, seen.body]).toEqual(["MISS", '{"call":2}']);
  });

  test("is seen even earlier by an isolate that is asked often, without any request waiting for it", async () => {
    const hands = hold();
    const elsewhere = new TieredCache();
    const load = countingLoad();
    const spec = specOf({ ttlSeconds: 3_600 });
    await elsewhere.get(hands.ctx, spec, load);
    await hands.settle();
    await change(hands, spec.tags);
    hands.pass(TAG_REFRESH_AHEAD_MS);
    expect((await elsewhere.get(hands.ctx, spec, load)).state).toBe("HIT-L1");
    await hands.settle();
    expect((await elsewhere.get(hands.ctx, spec, load)).body).toBe('{"call":2}');
  });

  test("makes everything under it old, one of several tags is enough, and others are left alone", async () => {
    const hands = hold();
    const cache = new TieredCache();
    const [shared, mine, other] = [unique("shared"), unique("mine"), unique("other")];
    const both = { ...specOf(), tags: [shared, mine] };
    const alone = { ...specOf(), tags: [other] };
    const loadBoth = countingLoad();
    const loadAlone = countingLoad();
    await cache.get(hands.ctx, both, loadBoth);
    await cache.get(hands.ctx, alone, loadAlone);
    await change(hands, [shared], cache);
    expect((await cache.get(hands.ctx, both, loadBoth)).state).toBe("MISS");
    expect((await cache.get(hands.ctx, alone, loadAlone)).state).toBe("HIT-L1");
  });

  test("is not undone by a read of the versions that began before it and ends after it", async () => {
    const hands = hold();
    const cache = new TieredCache();
    const load = countingLoad();
    const spec = specOf();
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    // The slow reader has its rows, then waits; meanwhile the change is made and noted.
    const slow = hold({ DB: afterwards(hands.ctx.env.DB, () => gate) });
    const before = cache.get(slow.ctx, spec, load);
    await change(hands, spec.tags);
    cache.tags.noteBumped(spec.tags);
    release();
    await before;
    expect(cache.tags.trusted(spec.tags, hands.ctx.now())).toBeNull();
    expect((await cache.get(hands.ctx, spec, countingLoad())).state).toBe("MISS");
  });

  test("never lets a load that began before it be served after it", async () => {
    const hands = hold();
    const cache = new TieredCache({ wait: async () => undefined });
    const spec = specOf();
    const old = cache.get(hands.ctx, spec, async () => {
      await change(hands, spec.tags, cache);
      return "old";
    });
    expect((await old).value).toBe("old");
    await hands.settle();
    expect((await cache.get(hands.ctx, spec, async () => "new")).value).toBe("new");
    expect((await new TieredCache().get(hands.ctx, spec, async () => "newer")).value).toBe("new");
  });
});

describe("when the store cannot tell the versions", () => {
  const down = () => hold({ DB: broken<D1Database>("D1 is down") });

  test("what was true lately is served as stale for staleSeconds, then no longer", async () => {
    const up = hold();
    const out = down();
    const cache = new TieredCache();
    const load = countingLoad();
    const spec = specOf({ ttlSeconds: 3_600, staleSeconds: 30 });
    await cache.get(up.ctx, spec, load);
    out.pass(TAG_TRUST_MS + 1);
    expect((await cache.get(out.ctx, spec, load)).state).toBe("STALE");
    out.pass(29_000);
    expect((await cache.get(out.ctx, spec, load)).state).toBe("STALE");
    out.pass(1_000);
    expect((await cache.get(out.ctx, spec, load)).state).toBe("BYPASS");
    expect(load.calls).toBe(2);
  });

  test("it is not asked again by every request", async () => {
    const up = hold();
    let asked = 0;
    const counting = {
      prepare: () => {
        asked++;
        throw new Error("D1 is down");
      },
    } as unknown as D1Database;
    const out = hold();
    const failing = { ...out.ctx, env: { ...out.ctx.env, DB: counting } };
    const cache = new TieredCache();
    const spec = specOf({ ttlSeconds: 3_600 });
    await cache.get(up.ctx, spec, countingLoad());
    out.pass(TAG_TRUST_MS + 1);
    for (let i = 0; i < 20; i++) expect((await cache.get(failing, spec, countingLoad())).state).toBe("STALE");
    expect(asked).toBe(1);
  });

  test("nothing known is changed here is served, not even as stale", async () => {
    const up = hold();
    const out = down();
    const cache = new TieredCache();
    const spec = specOf({ ttlSeconds: 3_600 });
    await cache.get(up.ctx, spec, async () => "old");
    await change(up, spec.tags, cache);
    expect((await cache.get(out.ctx, spec, async () => "new")).value).toBe("new");
  });
});

/** A database whose answers arrive only when `gate` opens. */
function afterwards(db: D1Database, gate: () => Promise<void>): D1Database {
  const prepare = (query: string) => ({
    bind: (...values: unknown[]) => ({
      all: async () => {
        const rows = await db
          .prepare(query)
          .bind(...values)
          .all();
        await gate();
        return rows;
      },
    }),
  });
  return { prepare } as unknown as D1Database;
}
