// pure. Wall clocks and instants. What a time zone is, the platform knows.

export interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

const DAY = 86_400_000;
const MAX_ZONES = 50;
const clocks = new Map<string, Intl.DateTimeFormat | null>();

export function isTimeZone(zone: string): boolean {
  return clockOf(zone) !== null;
}

/** The instant at which a clock on that wall shows this; null when daylight saving skips it. Of two, the first. */
export function instantOf(wall: WallTime, zone: string): number | null {
  const shown = asUtc(wall);
  const offsets = new Set([offsetAt(shown - DAY, zone), offsetAt(shown + DAY, zone)]);
  const instants = [...offsets].map((offset) => shown - offset).filter((instant) => instant + offsetAt(instant, zone) === shown);
  return instants.length === 0 ? null : Math.min(...instants);
}

/** `YYYY-MM-DD` on a calendar in that zone. */
export function dateAt(instant: number, zone: string): string {
  return new Date(instant + offsetAt(instant, zone)).toISOString().slice(0, 10);
}

export function asUtc({ year, month, day, hour, minute, second, millisecond }: WallTime): number {
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second, millisecond);
}

/** How far clocks there are ahead of UTC, in milliseconds; a zone nobody knows counts as UTC. */
function offsetAt(instant: number, zone: string): number {
  const clock = clockOf(zone);
  if (clock === null) return 0;
  const part: Record<string, number> = {};
  for (const { type, value } of clock.formatToParts(instant)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  const whole = Math.floor(instant / 1000) * 1000;
  return asUtc({ year, month, day, hour, minute, second, millisecond: 0 }) - whole;
}

/** What clocks there show, kept because making one is slow; null when nobody knows the zone. */
export function clockOf(zone: string): Intl.DateTimeFormat | null {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  let clock: Intl.DateTimeFormat | null = null;
  try {
    const all = "numeric";
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
