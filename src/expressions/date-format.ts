// pure. `%Y-%m-%d` and its kin, as strftime knows them.
import { DAY, HOUR, instantOf, isDate, MINUTE, offsetAt, shownAs, type Wall, wallOf } from "./time";

const MONTHS = "January February March April May June July August September October November December".split(" ");
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

const two = (value: number) => String(value).padStart(2, "0");
const four = (value: number) => String(value).padStart(4, "0");
const hour12 = ({ hour }: Wall) => hour % 12 || 12;

interface Shown extends Wall {
  offset: number;
  zone: string;
  instant: number;
}

const PARTS: ReadonlyMap<string, (wall: Shown) => string> = new Map<string, (wall: Shown) => string>([
  ["Y", (wall) => four(wall.year)],
  ["y", (wall) => two(wall.year % 100)],
  ["m", (wall) => two(wall.month)],
  ["d", (wall) => two(wall.day)],
  ["e", (wall) => String(wall.day).padStart(2, " ")],
  ["H", (wall) => two(wall.hour)],
  ["I", (wall) => two(hour12(wall))],
  ["M", (wall) => two(wall.minute)],
  ["S", (wall) => two(wall.second)],
  ["L", (wall) => String(wall.millisecond).padStart(3, "0")],
  ["p", (wall) => (wall.hour < 12 ? "AM" : "PM")],
  ["P", (wall) => (wall.hour < 12 ? "am" : "pm")],
  ["A", (wall) => DAYS[weekdayOf(wall) % 7] ?? ""],
  ["a", (wall) => (DAYS[weekdayOf(wall) % 7] ?? "").slice(0, 3)],
  ["B", (wall) => MONTHS[wall.month - 1] ?? ""],
  ["b", (wall) => (MONTHS[wall.month - 1] ?? "").slice(0, 3)],
  ["j", (wall) => String(dayOfYear(wall)).padStart(3, "0")],
  ["u", (wall) => String(weekdayOf(wall))],
  ["w", (wall) => String(weekdayOf(wall) % 7)],
  ["V", (wall) => two(isoWeek(wall).week)],
  ["G", (wall) => four(isoWeek(wall).year)],
  ["q", (wall) => String(Math.ceil(wall.month / 3))],
  ["z", (wall) => offsetText(wall.offset)],
  ["Z", (wall) => wall.zone],
  ["s", (wall) => String(Math.floor(wall.instant / 1_000))],
  ["F", (wall) => `${four(wall.year)}-${two(wall.month)}-${two(wall.day)}`],
  ["T", (wall) => `${two(wall.hour)}:${two(wall.minute)}:${two(wall.second)}`],
  ["R", (wall) => `${two(wall.hour)}:${two(wall.minute)}`],
  ["%", () => "%"],
]);

const MAX_PATTERN = 200;

/** What is wrong with a pattern, or null. */
export function whyBadPattern(pattern: string): string | null {
  if (pattern.length > MAX_PATTERN) return `A date pattern has at most ${MAX_PATTERN} characters.`;
  for (let at = pattern.indexOf("%"); at !== -1; at = pattern.indexOf("%", at + 2)) {
    let code = pattern.charAt(at + 1);
    if (code === "-") code = pattern.charAt(++at + 1);
    if (!PARTS.has(code)) return `%${code} means nothing in a date pattern; write %Y-%m-%d, for one.`;
  }
  return null;
}

export function formatMoment(text: string, pattern: string, zone: string): string | null {
  const wall = wallOf(text, zone);
  const instant = instantOf(text, zone);
  if (wall === null || instant === null || pattern.length > MAX_PATTERN) return null;
  const offset = isDate(text) ? 0 : offsetAt(instant, zone);
  const shown: Shown = { ...wall, offset, zone: isDate(text) ? "" : zone, instant };
  let made = "";
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    if (char !== "%") {
      made += char;
      continue;
    }
    let code = pattern.charAt(++at);
    const bare = code === "-";
    if (bare) code = pattern.charAt(++at);
    const part = PARTS.get(code)?.(shown) ?? "";
    made += bare ? withoutZeros(part) : part;
  }
  return made;
}

function withoutZeros(part: string): string {
  let at = 0;
  while (at < part.length - 1 && (part.charAt(at) === "0" || part.charAt(at) === " ")) at++;
  return part.slice(at);
}

export function monthName(month: number): string | null {
  return MONTHS[month - 1] ?? null;
}

export function weekdayName(weekday: number): string | null {
  return weekday >= 1 && weekday <= 7 ? (DAYS[weekday % 7] ?? null) : null;
}

/** 1 is Monday, 7 is Sunday. */
export function weekdayOf(wall: Wall): number {
  return new Date(shownAs({ ...wall, hour: 12 })).getUTCDay() || 7;
}

export function dayOfYear(wall: Wall): number {
  const start = shownAs({ ...wall, month: 1, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 });
  return Math.floor((shownAs(wall) - start) / DAY) + 1;
}

/** The week that has the year's first Thursday is its first. */
export function isoWeek(wall: Wall): { year: number; week: number } {
  const thursday = shownAs({ ...wall, hour: 12 }) + (4 - weekdayOf(wall)) * DAY;
  const year = new Date(thursday).getUTCFullYear();
  return { year, week: Math.floor((thursday - Date.UTC(year, 0, 1, 12)) / (7 * DAY)) + 1 };
}

function offsetText(offset: number): string {
  const ahead = Math.abs(offset);
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(ahead / HOUR))}:${two(Math.floor((ahead % HOUR) / MINUTE))}`;
}
