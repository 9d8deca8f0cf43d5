import { expect, test } from "vitest";
import { FRAME_GAP_MS, nextFrameAt } from "../../src/analytics";

test("who has been quiet is told at once, whichever group", () => {
  expect(nextFrameAt(0, 10_000, 9_900, 2, 4)).toBe(10_000);
});

test("groups of a busy feed never come closer than the gap, and end up spread over it", () => {
  const groups = 4;
  const last = Array<number>(groups).fill(1_000);
  for (let round = 0; round < 40; round++) {
    for (let index = 0; index < groups; index++) {
      const before = last[index] ?? 0;
      const at = nextFrameAt(before, before + 1, last[0] ?? 0, index, groups);
      expect(at - before).toBeGreaterThanOrEqual(FRAME_GAP_MS);
      expect(at - before).toBeLessThanOrEqual(FRAME_GAP_MS + (round < 5 ? 125 : 0));
      last[index] = at;
    }
  }
  const places = last.map((at) => (at - (last[0] ?? 0) + FRAME_GAP_MS * 100) % FRAME_GAP_MS);
  expect(places).toEqual([0, 125, 250, 375]);
});
