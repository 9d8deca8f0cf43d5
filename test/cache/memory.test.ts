import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Entry, Memory } from "../../src/cache/memory";

const entry = (body: string): Entry => ({ body, etag: '"e"', versions: "0", freshUntil: 1, staleUntil: 2, heldUntil: 3 });

describe("memory", () => {
  test("lets go of the least recently used beyond its number", () => {
    const memory = new Memory(3, 1_000_000);
    for (const key of ["a", "b", "c"]) memory.set(key, entry(key));
    memory.get("a");
    memory.set("d", entry("d"));
    expect(["a", "b", "c", "d"].filter((key) => memory.get(key) !== undefined)).toEqual(["a", "c", "d"]);
  });

  test("lets go of the least recently used beyond its bytes", () => {
    const memory = new Memory(1_000, 20_000);
    for (let i = 0; i < 10; i++) memory.set(`k${i}`, entry("x".repeat(1_000)));
    expect(memory.bytes).toBeLessThanOrEqual(20_000);
    expect(memory.size).toBe(4);
    expect(memory.get("k9")).toBeDefined();
    expect(memory.get("k5")).toBeUndefined();
  });

  test("does not take a giant, which would push out everything else", () => {
    const memory = new Memory(10, 20_000);
    memory.set("small", entry("x"));
    memory.set("giant", entry("x".repeat(2_000)));
    expect([memory.get("small") !== undefined, memory.get("giant")]).toEqual([true, undefined]);
  });

  test("a giant that replaces an entry does not leave the old one behind", () => {
    const memory = new Memory(10, 20_000);
    memory.set("a", entry("x"));
    memory.set("a", entry("x".repeat(2_000)));
    expect([memory.get("a"), memory.bytes]).toEqual([undefined, 0]);
  });

  test("whatever is done to it, it stays within both bounds and its bytes are right", () => {
    const step = fc.record({
      key: fc.constantFrom("a", "b", "c", "d", "e"),
      size: fc.nat(700),
      what: fc.constantFrom("set", "get", "delete"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const memory = new Memory(3, 6_000);
        for (const { key, size, what } of steps) {
          if (what === "set") memory.set(key, entry("x".repeat(size)));
          else if (what === "get") memory.get(key);
          else memory.delete(key);
          expect(memory.size).toBeLessThanOrEqual(3);
          expect(memory.bytes).toBeLessThanOrEqual(6_000);
        }
        for (const key of ["a", "b", "c", "d", "e"]) memory.delete(key);
        expect([memory.size, memory.bytes]).toEqual([0, 0]);
      }),
    );
  });
});
