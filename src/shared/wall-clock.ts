// pure, and also in the browser. Wall clocks and instants in any time zone. What a zone is, the platform knows.

export interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
const MAX_ZONES = 50;
const MAX_OFFSETS = 5_000;
const YEAR_0 = -62_167_219_200_000;
const YEAR_10000 = 253_402_300_800_000;
const END_OF_TIME = 8_640_000_000_000_000;

const clocks = new Map<string, Intl.DateTimeFormat | null>();
const offsets = new Map<string, Map<number, number | null>>();

export function isTimeZone(zone: unknown): zone is string {
  return typeof zone === "string" && zone.length <= 64 && (zone === "UTC" || clockOf(zone) !== null);
}

export function wallAt(instant: number, zone: string): Wall {
  return wallOfShown(instant + offsetAt(instant, zone));
}

/** The instant at which clocks there show this; null when they were put forward over it. Of two the first. */
export function instantShowing(wall: Wall, zone: string): number | null {
  const shown = shownAs(wall);
  const around = [offsetAt(shown - DAY, zone), offsetAt(shown + DAY, zone)];
  for (const offset of [Math.max(...around), Math.min(...around)]) {
    if (shown - offset + offsetAt(shown - offset, zone) === shown) return shown - offset;
  }
  return null;
}

/** The same, and where clocks were put forward over it, as much later. */
export function fromWall(wall: Wall, zone: string): number {
  const shown = shownAs(wall);
  return instantShowing(wall, zone) ?? shown - offsetAt(shown - DAY, zone);
}

/** The clock's face read as if it were UTC. */
export function shownAs({ year, month, day, hour, minute, second, millisecond }: Wall): number {
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second, millisecond);
}

export function wallOfShown(shown: number): Wall {
  const date = new Date(shown);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  };
}

export function dateText(shown: number): string | null {
  // The years that four digits can write.
  return shown >= YEAR_0 && shown < YEAR_10000 ? new Date(shown).toISOString().slice(0, 10) : null;
}

/**
 * How far clocks there are ahead of UTC; a zone nobody knows counts as UTC. Remembered by day: no clocks have ever changed twice within
 * three days, so a day that ends as it began has one offset. On a day of change they are asked each time, because some change at 00:01.
 */
export function offsetAt(instant: number, zone: string): number {
  if (zone === "UTC") return 0;
  const day = Math.floor(instant / DAY);
  return offsetOfDay(day, zone) ?? askClock(instant, zone);
}

function offsetOfDay(day: number, zone: string): number | null {
  const known = offsets.get(zone);
  const before = known?.get(day);
  if (before !== undefined) return before;
  const starts = askClock(day * DAY, zone);
  const offset = askClock((day + 1) * DAY, zone) === starts ? starts : null;
  if (known === undefined || known.size >= MAX_OFFSETS) {
    if (offsets.size >= MAX_ZONES) offsets.clear();
    offsets.set(zone, new Map([[day, offset]]));
  } else known.set(day, offset);
  return offset;
}

function askClock(instant: number, zone: string): number {
  const clock = clockOf(zone);
  if (clock === null || !(instant >= YEAR_0 && instant <= END_OF_TIME)) return 0;
  const part: Record<string, number> = {};
  for (const { type, value } of clock.formatToParts(instant)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return shownAs({ year, month, day, hour, minute, second, millisecond: 0 }) - Math.floor(instant / SECOND) * SECOND;
}

/** What clocks there show, kept because making one is slow; null when nobody knows the zone. */
function clockOf(zone: string): Intl.DateTimeFormat | null {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  let clock: Intl.DateTimeFormat | null = null;
  const all = "numeric";
  try {
    clock = new Intl.DateTimeFormat("en", {
      timeZone: zone,
      hourCycle: "h23",
      year: all,
      month: all,
      day: all,
      hour: all,
      minute: all,
      second: all,
    });
  } catch {
    // Not a zone: remembered, so that asking again is cheap.
  }
  if (clocks.size >= MAX_ZONES) clocks.clear();
  clocks.set(zone, clock);
  return clock;
}
