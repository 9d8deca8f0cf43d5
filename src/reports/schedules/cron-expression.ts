// pure. Cron expressions: minute, hour, day of the month, month, day of the week. Read by hand, so that what is wrong can be said.

export interface Cron {
  minutes: readonly number[];
  hours: readonly number[];
  days: ReadonlySet<number>;
  /** `L`: the last day of the month, whichever that is. */
  lastDay: boolean;
  months: ReadonlySet<number>;
  /** 1 is Monday, 7 is Sunday. */
  weekdays: ReadonlySet<number>;
  /** As cron has always done: when both are restricted, either suffices. */
  eitherDay: boolean;
  /** The hour is a `*`: it runs by time that passes, also through an hour that clocks show twice. */
  everyHour: boolean;
}

export type CronResult = { ok: true; cron: Cron } | { ok: false; message: string };

const MACROS: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MAX_LENGTH = 200;

interface Part {
  name: string;
  least: number;
  most: number;
  names?: readonly string[];
}

const PARTS: readonly Part[] = [
  { name: "minute", least: 0, most: 59 },
  { name: "hour", least: 0, most: 23 },
  { name: "day of the month", least: 1, most: 31 },
  { name: "month", least: 1, most: 12, names: MONTHS },
  { name: "day of the week", least: 0, most: 7, names: WEEKDAYS },
];

export function parseCron(text: string): CronResult {
  if (text.length > MAX_LENGTH) return { ok: false, message: `A cron expression has at most ${MAX_LENGTH} characters.` };
  const trimmed = text.trim().toLowerCase();
  const words = (Object.hasOwn(MACROS, trimmed) ? (MACROS[trimmed] ?? "") : trimmed).split(/\s+/);
  if (words.length !== PARTS.length)
    return { ok: false, message: "A cron expression has five parts: minute, hour, day of the month, month, day of the week." };
  const read: number[][] = [];
  for (const [at, part] of PARTS.entries()) {
    const word = words[at] ?? "";
    const values = part.name === "day of the month" && word === "l" ? [] : readPart(word, part);
    if (typeof values === "string") return { ok: false, message: values };
    read.push(values);
  }
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = read;
  const restricts = (word: string | undefined) => word !== "*" && word !== "?";
  return {
    ok: true,
    cron: {
      minutes,
      hours,
      days: new Set(days),
      lastDay: words[2] === "l",
      months: new Set(months),
      weekdays: new Set(weekdays.map((day) => day || 7)),
      eitherDay: restricts(words[2]) && restricts(words[4]),
      everyHour: (words[1] ?? "").startsWith("*"),
    },
  };
}

function readPart(word: string, part: Part): number[] | string {
  const found = new Set<number>();
  for (const item of word.split(",")) {
    const [range = "", step, ...more] = item.split("/");
    const by = step === undefined ? 1 : wholeNumber(step);
    if (more.length > 0 || by === null || by < 1 || by > part.most) return `“${item}” is no step of the ${part.name}.`;
    const bounds = readRange(range, part, step !== undefined);
    if (bounds === null) return `“${item}” is no ${part.name}; use ${part.least} to ${part.most}, ranges, lists, * and steps.`;
    for (let value = bounds[0]; value <= bounds[1]; value += by) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

function readRange(range: string, part: Part, stepped: boolean): [number, number] | null {
  if (range === "*" || (range === "?" && part.name.startsWith("day"))) return [part.least, part.most];
  const [first = "", last, ...more] = range.split("-");
  const from = numberOf(first, part);
  // `10/20` means from 10 on in steps, as everywhere.
  const to = last === undefined ? (stepped ? part.most : from) : numberOf(last, part);
  return more.length > 0 || from === null || to === null || from > to ? null : [from, to];
}

function numberOf(word: string, { least, most, names }: Part): number | null {
  const named = names?.indexOf(word) ?? -1;
  if (named >= 0) return named + least;
  const value = wholeNumber(word);
  return value !== null && value >= least && value <= most ? value : null;
}

function wholeNumber(word: string): number | null {
  return word.length > 0 && word.length <= 2 && [...word].every((char) => char >= "0" && char <= "9") ? Number(word) : null;
}
