// pure. How far a zone's clocks are ahead of UTC over a span of time, and the buckets of many instants by them. Of one instant,
// buckets.ts says the same.
import { offsetAt } from "../time-zones";
import { dateBucket } from "./buckets";
import type { Bucket, Value } from "./types";

/** How far clocks are ahead of UTC, until that instant (exclusive); the last one holds for ever. In order. */
export interface ClockStep {
  aheadMs: number;
  until: number | null;
}

const HOUR = 3_600_000;
const UNIT_MS = { hour: HOUR, day: 24 * HOUR } as const;
const LOOK_EVERY_MS = 7 * 24 * HOUR;
export const MAX_CLOCK_STEPS = 1_024;

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

/** Tells the bucket of any instant from `from` to `to`. Each is worked out once: an hour that is shown twice when clocks go back is two. */
export function bucketReader(by: Bucket, zone: string, [from, to]: readonly [number, number]): (instant: number) => Value {
  // From an hour before: a change just before the first instant cuts the hour in which it lies.
  const clock = clockSteps(zone, from - UNIT_MS.hour, to);
  const unit = by === "hour" ? UNIT_MS.hour : UNIT_MS.day;
  const known = clock.map(() => new Map<number, Value>());
  return (instant) => {
    let place = 0;
    while ((clock[place]?.until ?? Number.POSITIVE_INFINITY) <= instant) place += 1;
    const ahead = clock[place]?.aheadMs ?? 0;
    const shown = Math.floor((instant + ahead) / unit);
    const found = known[place]?.get(shown);
    if (found !== undefined) return found;
    const value = bucketAt(shown * unit, by, ahead, clock[place - 1]?.until ?? null);
    known[place]?.set(shown, value);
    return value;
  };
}

function bucketAt(shownAt: number, by: Bucket, aheadMs: number, since: number | null): Value {
  if (by !== "hour") return dateBucket(new Date(shownAt).toISOString().slice(0, 10), by);
  return Math.max(shownAt - aheadMs, since ?? Number.NEGATIVE_INFINITY);
}
