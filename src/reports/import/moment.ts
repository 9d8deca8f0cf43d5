// pure. A moment as files have it: with an offset, or as a clock in the form's time zone showed it.
import { fromWall, wallOfShown } from "../../shared/wall-clock";

const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

export function instantIn(text: string, timezone: string): number | null {
  const match = text.length <= 40 ? MOMENT.exec(text.trim()) : null;
  if (match === null) return null;
  const [, date, clock = "00:00", second = "00", fraction = "0", offset] = match;
  const shown = Date.parse(`${date}T${clock}:${second}.${fraction.padEnd(3, "0").slice(0, 3)}Z`);
  if (Number.isNaN(shown)) return null;
  if (offset === undefined) return fromWall(wallOfShown(shown), timezone);
  if (offset.toUpperCase() === "Z") return shown;
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(-2))];
  const ahead = (hours * 60 + minutes) * 60_000;
  return offset.startsWith("-") ? shown + ahead : shown - ahead;
}
