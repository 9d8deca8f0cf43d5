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
const QUARTER = 15 * MINUTE;
const MAX_ZONES = 50;
const MAX_OFFSETS = 5_000;

const clocks = new Map<string, Intl.DateTimeFormat | null>();
const offsets = new Map<string, Map<number, number>>();

export function isTimeZone(zone: unknown): zone is string {
  return typeof zone === "string" && zone.length <= 64 && (zone === "UTC" || clockOf(zone) !== null);
}

export function wallAt(instant: number, zone: string): Wall {
  return wallOfShown(instant + offsetAt(instant, zone));
}

/** The instant at which clocks there show this. Of two the first; where clocks were put forward over it, as much later. */
export function fromWall(wall: Wall, zone: string): number {
  const shown = shownAs(wall);
  const before = offsetAt(shown - DAY, zone);
  const after = offsetAt(shown + DAY, zone);
  const first = shown - Math.max(before, after);
  if (first + offsetAt(first, zone) === shown) return first;
  const second = shown - Math.min(before, after);
  return second + offsetAt(second, zone) === shown ? second : shown - before;
}

/** The clock's face read as if it were UTC. */
export function shownAs({ year, month, day, hour, minute, second, millisecond }: Wall): number {
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
  return shown >= -62_167_219_200_000 && shown <= 253_402_300_799_999 ? new Date(shown).toISOString().slice(0, 10) : null;
}

/** How far clocks there are ahead of UTC. Remembered by quarter of an hour: clocks change at no other time. */
export function offsetAt(instant: number, zone: string): number {
  if (zone === "UTC") return 0;
  const quarter = Math.floor(instant / QUARTER);
  const known = offsets.get(zone);
  const before = known?.get(quarter);
  if (before !== undefined) return before;
  const offset = askClock(quarter * QUARTER, zone);
  if (known === undefined || known.size >= MAX_OFFSETS) {
    if (offsets.size >= MAX_ZONES) offsets.clear();
    offsets.set(zone, new Map([[quarter, offset]]));
  } else known.set(quarter, offset);
  return offset;
}

function askClock(instant: number, zone: string): number {
  const clock = clockOf(zone);
  if (clock === null || dateText(instant) === null) return 0;
  const part: Record<string, number> = {};
  for (const { type, value } of clock.formatToParts(instant)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return shownAs({ year, month, day, hour, minute, second, millisecond: 0 }) - instant;
}

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
