import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bucketOf, type FlagState, isOnFor } from "../../src/flags/decide";
import { newId } from "../../src/shared/ids";

const state = (overrides: Partial<FlagState> = {}): FlagState => ({
  enabled: true,
  percentage: 50,
  allowed: [],
  blocked: [],
  ...overrides,
});
const names = fc.string({ minLength: 1, maxLength: 40 });
const percentages = fc.double({ min: 0, max: 100, noNaN: true });

describe("who a flag is on for", () => {
  test("the same workspace and flag always get the same answer, and a higher percentage never turns anyone off", () => {
    fc.assert(
      fc.property(names, names, percentages, percentages, (flag, workspace, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const atLow = isOnFor(flag, state({ percentage: low }), workspace);
        expect(isOnFor(flag, state({ percentage: low }), workspace)).toBe(atLow);
        if (atLow) expect(isOnFor(flag, state({ percentage: high }), workspace)).toBe(true);
      }),
    );
  });

  test("0 is nobody and 100 is everybody", () => {
    fc.assert(
      fc.property(names, names, (flag, workspace) => {
        expect(isOnFor(flag, state({ percentage: 0 }), workspace)).toBe(false);
        expect(isOnFor(flag, state({ percentage: 100 }), workspace)).toBe(true);
      }),
    );
  });

  test.each([
    ["off beats everything", { enabled: false, percentage: 100, allowed: ["ws_1"] }, false],
    ["blocked beats allowed", { percentage: 100, allowed: ["ws_1"], blocked: ["ws_1"] }, false],
    ["allowed beats the percentage", { percentage: 0, allowed: ["ws_1"] }, true],
  ])("%s", (_, overrides, on) => {
    expect(isOnFor("flag", state(overrides), "ws_1")).toBe(on);
  });

  test.each([1, 10, 25, 50, 90])("%d percent of ids made one after another is about that many", (percentage) => {
    const ids = Array.from({ length: 20_000 }, (_, i) => newId("workspace", 1_800_000_000_000 + Math.floor(i / 10)));
    const share = ids.filter((id) => isOnFor("some_flag", state({ percentage }), id)).length / ids.length;
    // Four standard deviations of a fair draw.
    const spread = 4 * Math.sqrt(((percentage / 100) * (1 - percentage / 100)) / ids.length);
    expect(Math.abs(share - percentage / 100)).toBeLessThan(spread);
  });

  test("another flag starts with other workspaces", () => {
    const ids = Array.from({ length: 2_000 }, (_, i) => `ws_${i}`);
    const first = ids.filter((id) => bucketOf("one", id) < 1_000);
    const both = first.filter((id) => bucketOf("two", id) < 1_000);
    expect(both.length / first.length).toBeLessThan(0.2);
  });

  test("a workspace's place is pinned: changing the hash would turn flags off for some", () => {
    expect([bucketOf("live_feed", "ws_1"), bucketOf("form_sharding", "ws_1"), bucketOf("live_feed", "ws_2")]).toEqual([7135, 405, 957]);
  });
});
