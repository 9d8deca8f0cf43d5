import { expect, test } from "vitest";
import { FRAME_GAP_MS, nextFrameAt } from "../../src/analytics";

const GROUPS = 4;
const ROUND_MS = 520;

/** Frames of a feed that never rests, each so late as `lateness` says. */
function rounds(count: number, lateness: (frame: number) => number): number[][] {
  return Array.from({ length: GROUPS }, (_, index) => {
    const frames = [1_000_000];
    for (let frame = 0; frame < count; frame++) {
      const last = frames.at(-1) ?? 0;
      frames.push(nextFrameAt(last, last + 1, index, GROUPS) + lateness(frame));
    }
    return frames;
  });
}

/** How far apart groups are that tell one after the other, the greatest such distance. */
function widest(frames: readonly number[][]): number {
  const places = frames.map((group) => (group.at(-1) ?? 0) % ROUND_MS).sort((a, b) => a - b);
  return Math.max(...places.map((place, i) => ((places[i + 1] ?? (places[0] ?? 0) + ROUND_MS) - place) % ROUND_MS || ROUND_MS));
}

test("who has been quiet is told at once, whichever group", () => {
  expect(nextFrameAt(0, 10_000, 2, GROUPS)).toBe(10_000);
});

test("a single group keeps to the gap and to nothing else", () => {
  expect(nextFrameAt(10_000, 10_100, 0, 1)).toBe(10_000 + FRAME_GAP_MS);
});

test("groups of a busy feed never come closer than the gap, and end up spread over the round", () => {
  const all = rounds(40, () => 0);
  for (const frames of all) {
    for (const [i, at] of frames.slice(1).entries()) {
      const gap = at - (frames[i] ?? 0);
      expect(gap).toBeGreaterThanOrEqual(FRAME_GAP_MS);
      expect(gap).toBeLessThanOrEqual(FRAME_GAP_MS + 125);
    }
  }
  expect(widest(rounds(40, () => 0))).toBe(ROUND_MS / GROUPS);
});

test("frames that are a little late each time stay spread, and lose no time over it", () => {
  const all = rounds(60, (frame) => (frame * 7) % 20);
  expect(widest(all)).toBeLessThan(ROUND_MS / GROUPS + 40);
  for (const frames of all) expect((frames.at(-1) ?? 0) - (frames.at(-21) ?? 0)).toBeLessThanOrEqual(20 * ROUND_MS + 40);
});
