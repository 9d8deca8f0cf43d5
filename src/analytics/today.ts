// Where today begins and ends. Asked for with every read of the metrics, so the last answers are kept: a day lasts.
import { addDays, dateAt, startOfDate } from "./time-zones";

export interface Span {
  from: number;
  to: number;
}

const MAX_KEPT = 100;
const kept = new Map<string, Span>();

export function dayOf(instant: number, zone: string): Span {
  const known = kept.get(zone);
  if (known !== undefined && known.from <= instant && instant < known.to) return known;
  const date = dateAt(instant, zone);
  const span = { from: startOfDate(date, zone), to: startOfDate(addDays(date, 1), zone) };
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(zone, span);
  return span;
}
