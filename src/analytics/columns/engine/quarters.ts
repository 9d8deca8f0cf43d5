// pure. From instants to hours, days, weeks and months of a time zone, by a table of quarters of an hour: every zone's clocks differ
// from UTC by a multiple of that, so no quarter lies in two of them. What each is called, query/buckets.ts says.
import { bucketOf, dateBucket } from "../../query/buckets";
import type { Bucket } from "../../query/types";
import { offsetAt } from "../../time-zones";
import { TooMuch } from "./tables";

export const QUARTER_MS = 900_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const QUARTERS_A_DAY = DAY_MS / QUARTER_MS;
/** A hundred and forty years. */
export const MAX_QUARTERS = 5_000_000;

export class Quarters {
  /** The quarter that `ids[0]` is of. */
  readonly first: number;
  readonly ids: Uint32Array;
  readonly #values: (string | number)[] = [];

  constructor(by: Bucket, zone: string, from: number, to: number) {
    this.first = Math.floor(from / QUARTER_MS);
    const length = Number.isFinite(from) ? Math.floor(to / QUARTER_MS) - this.first + 1 : 0;
    if (length > MAX_QUARTERS) throw new TooMuch("These responses lie too far apart to be told by time.");
    this.ids = new Uint32Array(length);
    const idOf = new Map<string | number, number>();
    let day = Number.NaN;
    let ahead: number | null = null;
    for (let i = 0; i < length; i++) {
      const instant = (this.first + i) * QUARTER_MS;
      const ofDay = Math.floor((this.first + i) / QUARTERS_A_DAY);
      if (ofDay !== day) {
        day = ofDay;
        ahead = steadyOffset(day * DAY_MS, zone);
      }
      const value = ahead === null ? bucketOf(instant, by, zone) : bucketAhead(instant, by, ahead);
      if (value !== this.#values.at(-1) && !idOf.has(value)) idOf.set(value, this.#values.push(value));
      // Clocks put back over midnight show a date again.
      this.ids[i] = value === this.#values.at(-1) ? this.#values.length : (idOf.get(value) as number);
    }
  }

  get size(): number {
    return this.#values.length;
  }

  valueOf(id: number): string | number {
    return this.#values[id - 1] ?? 0;
  }
}

const known = new Map<string, Map<number, number>>();
const MAX_ZONES = 20;

/** How far ahead clocks are all that UTC day, and in the hours before it; null when they are changed. */
function steadyOffset(dayStart: number, zone: string): number | null {
  const offset = keptOffset(dayStart, zone);
  return keptOffset(dayStart - DAY_MS, zone) === offset && keptOffset(dayStart + DAY_MS, zone) === offset ? offset : null;
}

/** Asking the platform takes microseconds, and years have hundreds of days. */
function keptOffset(instant: number, zone: string): number {
  let ofZone = known.get(zone);
  if (ofZone === undefined) {
    if (known.size >= MAX_ZONES) known.clear();
    ofZone = new Map();
    known.set(zone, ofZone);
  }
  const kept = ofZone.get(instant) ?? offsetAt(instant, zone);
  ofZone.set(instant, kept);
  return kept;
}

let lastDay = Number.NaN;
let lastBy: Bucket | null = null;
let lastBucket = "";

function bucketAhead(instant: number, by: Bucket, ahead: number): string | number {
  const shown = instant + ahead;
  if (by === "hour") return instant - mod(shown, HOUR_MS);
  const day = Math.floor(shown / DAY_MS);
  if (day !== lastDay || by !== lastBy) {
    lastDay = day;
    lastBy = by;
    lastBucket = dateBucket(new Date(day * DAY_MS).toISOString().slice(0, 10), by);
  }
  return lastBucket;
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
