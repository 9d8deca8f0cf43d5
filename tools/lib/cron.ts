// Pure: which minutes a cron expression means. Five fields, UTC, as Cloudflare reads them: lists, ranges, steps, names.

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
// Cloudflare counts the days of the week from 1 (Sunday) to 7 (Saturday), unlike Unix.
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

export interface Cron {
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  days: ReadonlySet<number>;
  months: ReadonlySet<number>;
  weekdays: ReadonlySet<number>;
  /** When both days are restricted, either will do: the old rule of cron. */
  eitherDay: boolean;
}

export function parseCron(expression: string): Cron {
  const fields = expression.trim().toUpperCase().split(/\s+/);
  const [minute, hour, day, month, weekday] = fields;
  if (fields.length !== 5 || !minute || !hour || !day || !month || !weekday) {
    throw new Error(`A cron expression has five fields; "${expression}" has ${fields.length}.`);
  }
  return {
    minutes: parseField(minute, 0, 59),
    hours: parseField(hour, 0, 23),
    days: parseField(day, 1, 31),
    months: parseField(month, 1, 12, MONTHS),
    weekdays: parseField(weekday, 1, 7, WEEKDAYS),
    eitherDay: !day.startsWith("*") && !weekday.startsWith("*"),
  };
}

export function isDue(cron: Cron, at: Date): boolean {
  const day = cron.days.has(at.getUTCDate());
  const weekday = cron.weekdays.has(at.getUTCDay() + 1);
  return (
    cron.minutes.has(at.getUTCMinutes()) &&
    cron.hours.has(at.getUTCHours()) &&
    cron.months.has(at.getUTCMonth() + 1) &&
    (cron.eitherDay ? day || weekday : day && weekday)
  );
}

function parseField(field: string, min: number, max: number, names: string[] = []): Set<number> {
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const [range = "", stepText, extra] = part.split("/");
    const step = stepText === undefined ? 1 : Number(stepText);
    const [from, to, rest] = range === "*" ? [min, max] : range.split("-").map((text) => numberOf(text, min, names));
    const last = to ?? (stepText === undefined ? from : max);
    const sound = from !== undefined && last !== undefined && extra === undefined && rest === undefined;
    if (!sound || !Number.isInteger(step) || step < 1 || !(from >= min && from <= last && last <= max)) {
      throw new Error(`"${part}" is not a cron field between ${min} and ${max}.`);
    }
    for (let value = from; value <= last; value += step) values.add(value);
  }
  return values;
}

function numberOf(text: string, min: number, names: string[]): number {
  const name = names.indexOf(text);
  if (name !== -1) return name + min;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
