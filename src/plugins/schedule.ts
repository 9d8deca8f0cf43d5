// pure. Cron expressions of five parts, in UTC: `*`, numbers, ranges, lists and steps.

interface Field {
  name: string;
  from: number;
  to: number;
}

const FIELDS: readonly Field[] = [
  { name: "minute", from: 0, to: 59 },
  { name: "hour", from: 0, to: 23 },
  { name: "day of the month", from: 1, to: 31 },
  { name: "month", from: 1, to: 12 },
  { name: "day of the week", from: 0, to: 7 },
];
const PART = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The 29th of February comes within eight years, also across a century. */
const SEARCHED_DAYS = 8 * 366;

interface Cron {
  minutes: Set<number>;
  hours: Set<number>;
  days: Set<number>;
  months: Set<number>;
  weekdays: Set<number>;
  anyDay: boolean;
  anyWeekday: boolean;
}

export function whyNotASchedule(text: string): string | null {
  const parsed = parse(text);
  if (typeof parsed === "string") return parsed;
  return nextAfter(text, 0) === null ? "This never comes." : null;
}

/** The first minute after `time` that it names; null when there is none. */
export function nextAfter(text: string, time: number): number | null {
  const cron = parse(text);
  if (typeof cron === "string") return null;
  const from = Math.floor(time / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  const firstDay = Math.floor(from / DAY_MS) * DAY_MS;
  for (let i = 0; i < SEARCHED_DAYS; i++) {
    const day = firstDay + i * DAY_MS;
    if (!hasDay(cron, new Date(day))) continue;
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const at = day + (hour * 60 + minute) * MINUTE_MS;
        if (at >= from) return at;
      }
    }
  }
  return null;
}

/** As cron has it: when both days are named, either will do. */
function hasDay(cron: Cron, date: Date): boolean {
  if (!cron.months.has(date.getUTCMonth() + 1)) return false;
  const day = cron.days.has(date.getUTCDate());
  const weekday = cron.weekdays.has(date.getUTCDay());
  return cron.anyDay || cron.anyWeekday ? day && weekday : day || weekday;
}

function parse(text: string): Cron | string {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) return "Write five parts: minute, hour, day of the month, month, day of the week.";
  const sets: Set<number>[] = [];
  for (const [i, field] of FIELDS.entries()) {
    const set = valuesOf(parts[i] ?? "", field);
    if (typeof set === "string") return set;
    sets.push(set);
  }
  const [minutes, hours, days, months, weekdays] = sets as [Set<number>, Set<number>, Set<number>, Set<number>, Set<number>];
  if (weekdays.has(7)) weekdays.add(0);
  return {
    minutes,
    hours,
    days,
    months,
    weekdays,
    anyDay: parts[2]?.startsWith("*") ?? true,
    anyWeekday: parts[4]?.startsWith("*") ?? true,
  };
}

function valuesOf(text: string, field: Field): Set<number> | string {
  const wrong = `"${text}" is no ${field.name}: ${field.from} to ${field.to}.`;
  const values: number[] = [];
  for (const part of text.split(",")) {
    const match = PART.exec(part);
    if (match === null) return wrong;
    const [, first, last, step] = match;
    const by = step === undefined ? 1 : Number(step);
    const from = first === undefined ? field.from : Number(first);
    const to = last !== undefined ? Number(last) : first === undefined || step !== undefined ? field.to : from;
    if (from < field.from || to > field.to || from > to || by < 1) return wrong;
    for (let value = from; value <= to; value += by) values.push(value);
  }
  return new Set(values.sort((a, b) => a - b));
}
