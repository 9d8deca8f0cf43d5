// pure. Dates and times as they stand in answers: `2026-01-31`, `2026-01-31T09:00:00.000Z`, `09:30`. What a time zone is, the
// platform knows.

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
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATETIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?$/;
const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;

const clocks = new Map<string, Intl.DateTimeFormat | null>();
const offsets = new Map<string, Map<number, number>>();

export function isDate(text: unknown): text is string {
  return typeof text === "string" && text.length === 10 && DATE.test(text) && dateText(Date.parse(`${text}T00:00:00Z`)) === text;
}

export function isTimeOfDay(text: unknown): text is string {
  return typeof text === "string" && text.length <= 8 && TIME_OF_DAY.test(text);
}

export function isTimeZone(zone: unknown): zone is string {
  return typeof zone === "string" && zone.length <= 64 && (zone === "UTC" || clockOf(zone) !== null);
}

/** Epoch milliseconds; of a date, where it begins there. Null for what is no moment. */
export function instantOf(text: unknown, zone: string): number | null {
  if (isDate(text)) return fromWall(wallOfShown(Date.parse(`${text}T00:00:00Z`)), zone);
  const match = typeof text === "string" && text.length <= 40 ? DATETIME.exec(text) : null;
  if (match === null || !isDate(match[1])) return null;
  const [, date, hour, minute, second = "00", fraction = "0", offset] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const shown = Date.parse(`${date}T${hour}:${minute}:${second}.${fraction.padEnd(3, "0").slice(0, 3)}Z`);
  if (offset === undefined) return fromWall(wallOfShown(shown), zone);
  if (offset === "Z") return shown;
  const ahead = Number(offset.slice(1, 3)) * HOUR + Number(offset.slice(4)) * MINUTE;
  return offset.startsWith("-") ? shown + ahead : shown - ahead;
}

export function isMomentText(text: unknown): text is string {
  return instantOf(text, "UTC") !== null;
}

/** What calendar and clock show; a date shows itself, wherever one is. */
export function wallOf(text: string, zone: string): Wall | null {
  if (isDate(text)) return wallOfShown(Date.parse(`${text}T00:00:00Z`));
  const instant = instantOf(text, zone);
  return instant === null ? null : wallAt(instant, zone);
}

export function wallAt(instant: number, zone: string): Wall {
  return wallOfShown(instant + offsetAt(instant, zone));
}

/** The date that a calendar there shows. */
export function dateIn(text: string, zone: string): string | null {
  if (isDate(text)) return text;
  const instant = instantOf(text, zone);
  return instant === null ? null : dateText(instant + offsetAt(instant, zone));
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

export function instantText(instant: number): string | null {
  return dateText(instant) === null ? null : new Date(instant).toISOString();
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
