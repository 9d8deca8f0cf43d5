// pure. Dates and times as they stand in answers: `2026-01-31`, `2026-01-31T09:00:00.000Z`, `09:30`. What a time zone is, the
// platform knows.
import { dateText, fromWall, HOUR, MINUTE, offsetAt, type Wall, wallAt, wallOfShown } from "../shared/wall-clock";

export {
  DAY,
  dateText,
  fromWall,
  HOUR,
  isTimeZone,
  MINUTE,
  offsetAt,
  SECOND,
  shownAs,
  type Wall,
  wallAt,
  wallOfShown,
} from "../shared/wall-clock";

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATETIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?$/;
const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;

export function isDate(text: unknown): text is string {
  return typeof text === "string" && text.length === 10 && DATE.test(text) && dateText(Date.parse(`${text}T00:00:00Z`)) === text;
}

export function isTimeOfDay(text: unknown): text is string {
  return typeof text === "string" && text.length <= 8 && TIME_OF_DAY.test(text);
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

/** The date that a calendar there shows. */
export function dateIn(text: string, zone: string): string | null {
  if (isDate(text)) return text;
  const instant = instantOf(text, zone);
  return instant === null ? null : dateText(instant + offsetAt(instant, zone));
}

export function instantText(instant: number): string | null {
  return dateText(instant) === null ? null : new Date(instant).toISOString();
}
