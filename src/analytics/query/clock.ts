// pure. How far a zone's clocks are ahead of UTC over a span of time, as steps that a store can calculate with.
import { type ClockStep, MAX_CLOCK_STEPS, readTimeKey, type StoreGroup } from "../../store";
import { offsetAt } from "../time-zones";
import { dateBucket } from "./buckets";
import type { Bucket, Value } from "./types";

const LOOK_EVERY_MS = 7 * 86_400_000;

/** Clocks are looked at once a week: no zone changes them and back within one. */
export function clockSteps(zone: string, from: number, to: number): ClockStep[] {
  if (zone === "UTC") return [{ aheadMs: 0, until: null }];
  const steps: ClockStep[] = [];
  let aheadMs = offsetAt(from, zone);
  for (let at = from; at < to && steps.length < MAX_CLOCK_STEPS - 1; at += LOOK_EVERY_MS) {
    const later = offsetAt(at + LOOK_EVERY_MS, zone);
    if (later === aheadMs) continue;
    const until = changeBetween(at, at + LOOK_EVERY_MS, zone);
    steps.push({ aheadMs, until });
    aheadMs = later;
  }
  return [...steps, { aheadMs, until: null }];
}

function changeBetween(before: number, after: number, zone: string): number {
  const old = offsetAt(before, zone);
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle, zone) === old) low = middle;
    else high = middle;
  }
  return high;
}

export function timeGroup(by: Bucket, clock: readonly ClockStep[]): StoreGroup {
  return { by: by === "hour" ? "hour" : "day", clock };
}

/** What a store's key of time means; see `buckets.ts`, which says the same of one instant. */
export function bucketOfKey(key: number, by: Bucket, clock: readonly ClockStep[]): Value {
  const { shownAt, step } = readTimeKey(key, by === "hour" ? "hour" : "day");
  if (by !== "hour") return dateBucket(new Date(shownAt).toISOString().slice(0, 10), by);
  const start = shownAt - (clock[step]?.aheadMs ?? 0);
  return Math.max(start, clock[step - 1]?.until ?? start);
}
