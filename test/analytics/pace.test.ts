import { expect, test } from "vitest";
import { FRAME_GAP_MS, nextFrameAt, type Told } from "../../src/analytics";

const GROUPS = 8;
const START = 1_000_000;

/** Frames of a feed that is quiet, then never rests; each so late as `lateness` says. By group. */
function frames(count: number, lateness: (frame: number) => number = () => 0): number[][] {
  return Array.from({ length: GROUPS }, (_, index) => {
    const told: number[] = [];
    let group: Told = { lastAt: 0, beforeAt: 0 };
    let now = START;
    for (let frame = 0; frame < count; frame++) {
      const due = nextFrameAt(group, now, index, GROUPS);
      now = due + lateness(frame);
      told.push(now);
      group = { lastAt: due, beforeAt: group.lastAt };
      now += 1;
    }
    return told;
  });
}

/** The longest time in which no group at all is told, from `after` on. */
function longestSilence(all: readonly number[][], after: number): number {
  const times = all.flat().sort((a, b) => a - b);
  const until = Math.min(...all.map((group) => group.at(-1) ?? 0));
  return Math.max(...times.filter((at) => at >= after && at < until).map((at) => (times.find((next) => next > at) ?? at) - at));
}

test("who has been quiet is told at once, whichever group", () => {
  for (let index = 0; index < GROUPS; index++) expect(nextFrameAt({ lastAt: 0, beforeAt: 0 }, START, index, GROUPS)).toBe(START);
});

test("a single group keeps to the gap and to nothing else", () => {
  expect(nextFrameAt({ lastAt: START, beforeAt: 0 }, START + 100, 0, 1)).toBe(START + FRAME_GAP_MS);
});

test("nobody is told more than twice a second, nor left alone for long", () => {
  for (const group of frames(60)) {
    for (const [i, at] of group.slice(2).entries()) expect(at - (group[i] ?? 0)).toBeGreaterThanOrEqual(2 * FRAME_GAP_MS);
    for (const [i, at] of group.slice(1).entries()) expect(at - (group[i] ?? 0)).toBeLessThanOrEqual(2.1 * FRAME_GAP_MS);
  }
});

test("from the first moment of a rush somebody is told every while, and soon the groups are spread evenly", () => {
  expect(longestSilence(frames(40), START)).toBeLessThanOrEqual(200);
  expect(longestSilence(frames(40), START + 10_000)).toBe(65);
});

test("frames that are a little late each time stay spread, and lose no time over it", () => {
  const all = frames(60, (frame) => (frame * 7) % 20);
  expect(longestSilence(all, START + 10_000)).toBeLessThan(65 + 40);
  for (const group of all) expect((group.at(-1) ?? 0) - (group.at(-21) ?? 0)).toBeLessThanOrEqual(20 * 520 + 40);
});
