import { expect, test } from "vitest";
import { HEAT_LIMITS, Heat, MAX_SPREAD, SPREAD_COOLDOWN_MS, wantedShards } from "../../src/responses/ledger/heat";

const STEP_MS = 1_000;
const START = 1_800_000_000_000;

/** Seconds until it asks to be spread; null when it never does. */
function secondsUntilHot(perSecond: number, waitMs: number, seconds: number, isQuiet: (second: number) => boolean = () => false) {
  const heat = new Heat();
  for (let second = 0; second <= seconds; second++) {
    if (!isQuiet(second) && heat.note(perSecond, perSecond * waitMs, START + second * STEP_MS)) return second;
  }
  return null;
}

const sustained = (HEAT_LIMITS.windows * HEAT_LIMITS.windowMs) / 1_000;

test("a rate that lasts is heat, and so is a queue that lasts; neither a burst nor a slow trickle is", () => {
  expect(secondsUntilHot(HEAT_LIMITS.callsPerSecond, 0, 120)).toBe(sustained);
  expect(secondsUntilHot(HEAT_LIMITS.callsPerSecond - 10, 0, 120)).toBeNull();
  expect(secondsUntilHot(HEAT_LIMITS.fewestPerSecond, HEAT_LIMITS.waitMs, 120)).toBe(sustained);
  expect(secondsUntilHot(HEAT_LIMITS.fewestPerSecond, HEAT_LIMITS.waitMs - 1, 120)).toBeNull();
  expect(secondsUntilHot(HEAT_LIMITS.fewestPerSecond - 1, 5_000, 120)).toBeNull();
  expect(secondsUntilHot(5_000, 0, sustained - 1)).toBeNull();
});

test("a pause starts it over", () => {
  expect(secondsUntilHot(5_000, 0, 120, (second) => second % 40 >= sustained - 5)).toBeNull();
});

test("it asks once a cooldown", () => {
  const heat = new Heat();
  const asked: number[] = [];
  for (let second = 0; second <= 200; second++) if (heat.note(2_000, 0, START + second * STEP_MS)) asked.push(second);
  expect(asked.length).toBeGreaterThan(1);
  for (const [i, at] of asked.slice(1).entries()) expect((at - (asked[i] ?? 0)) * 1_000).toBeGreaterThanOrEqual(SPREAD_COOLDOWN_MS);
});

test("ledgers double up to a limit, and not at once again", () => {
  expect(wantedShards({ shards: 1, since: START }, START)).toBe(2);
  expect(wantedShards({ shards: 2, since: START }, START + SPREAD_COOLDOWN_MS - 1)).toBeNull();
  expect(wantedShards({ shards: 2, since: START }, START + SPREAD_COOLDOWN_MS)).toBe(4);
  expect(wantedShards({ shards: MAX_SPREAD - 1, since: 0 }, START)).toBe(MAX_SPREAD);
  expect(wantedShards({ shards: MAX_SPREAD, since: 0 }, START)).toBeNull();
  expect(wantedShards(undefined, START)).toBeNull();
});
