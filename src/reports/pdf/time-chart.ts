// pure. Days and how often each was counted, as a line of time without gaps: by day, or by month when it is long.
import type { ChartDefinition } from "../../charts";
import type { Writing } from "./writing";

const DAY_MS = 86_400_000;
const MAX_DAYS = 186;
const MAX_MONTHS = 240;
const ISO_DAY = /^[1-9]\d{3}-\d{2}-\d{2}$/;

/** Null when there are not at least two days to tell apart, or they are too far from each other for one picture. */
export function timeChart(counts: ReadonlyMap<string, number>, writing: Writing): ChartDefinition | null {
  const days = [...counts.keys()].filter((day) => ISO_DAY.test(day) && !Number.isNaN(Date.parse(day))).sort();
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined || first === last) return null;
  const points: { label: string; count: number }[] = [];
  if (Date.parse(last) - Date.parse(first) < MAX_DAYS * DAY_MS) {
    for (let at = Date.parse(first); at <= Date.parse(last); at += DAY_MS) {
      const day = new Date(at).toISOString().slice(0, 10);
      points.push({ label: writing.day(day), count: counts.get(day) ?? 0 });
    }
    return { kind: "timeseries", points };
  }
  const months = new Map<string, number>();
  for (const day of days) months.set(day.slice(0, 7), (months.get(day.slice(0, 7)) ?? 0) + (counts.get(day) ?? 0));
  for (let month = first.slice(0, 7); month <= last.slice(0, 7); month = nextMonth(month)) {
    points.push({ label: writing.month(`${month}-01`), count: months.get(month) ?? 0 });
    if (points.length > MAX_MONTHS) return null;
  }
  return { kind: "timeseries", points };
}

function nextMonth(month: string): string {
  const [year = 1970, number = 1] = month.split("-").map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, "0")}`;
}
