import { describe, expect, test } from "vitest";
import { TieredCache } from "../../src/cache";
import { FILL_LEASE_MS } from "../../src/cache/limits";
import { countingLoad, hold, specOf } from "./support";

const never = new Promise<never>(() => {});
/** Lets everything else that can run do so, and costs no time. */
const yieldOnce = () => scheduler.wait(0);

describe("many readers of what is not there yet", () => {
  test("cause one load", async () => {
    const hands = hold();
    const cache = new TieredCache();
    const load = countingLoad();
    const spec = specOf();
    const found = await Promise.all(Array.from({ length: 200 }, () => cache.get(hands.ctx, spec, load)));
    expect(load.calls).toBe(1);
    expect(found.filter(({ state }) => state === "MISS")).toHaveLength(1);
    expect(new Set(found.map(({ body }) => body))).toEqual(new Set(['{"call":1}']));
  });

  test("wait by their own timers, never for the promise of the one who loads", async () => {
    const hands = hold();
    const cache = new TieredCache({ wait: yieldOnce });
    const spec = specOf();
    // The first is stopped in the middle, as when its client hangs up: what it began never ends, and nobody may hang with it.
    void cache.get(hands.ctx, spec, () => never);
    const second = await cache.get(hands.ctx, spec, async () => "mine");
    expect([second.state, second.value]).toEqual(["MISS", "mine"]);
  });

  test("do not wait for a lease that has run out", async () => {
    const hands = hold();
    let waits = 0;
    const cache = new TieredCache({
      wait: async () => {
        waits++;
      },
    });
    const spec = specOf();
    void cache.get(hands.ctx, spec, () => never);
    await yieldOnce();
    hands.pass(FILL_LEASE_MS + 1);
    expect((await cache.get(hands.ctx, spec, async () => "mine")).value).toBe("mine");
    expect(waits).toBe(0);
  });

  test("do not queue up behind a load that fails: each is told of its own failure", async () => {
    const hands = hold();
    const cache = new TieredCache();
    const spec = specOf();
    let calls = 0;
    const load = async () => {
      calls++;
      await yieldOnce();
      throw new Error("no such luck");
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => cache.get(hands.ctx, spec, load)));
    expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
    expect(calls).toBe(20);
  });
});
