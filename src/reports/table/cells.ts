// pure. What stands in one cell, before any format gives it a shape.

export interface DateCell {
  date: string;
}

export interface MomentCell {
  at: number;
}

/** An upload, with a link that needs no credentials. */
export interface FileCell {
  file: { id: string; name: string; url: string };
}

/** Text is never read as anything else: leading zeros and eighteen digits stay as they are. */
export type Scalar = string | number | boolean | DateCell | MomentCell | FileCell | null;
/** A list: several values of one answer, or one for each turn of a repeating group. */
export type Cell = Scalar | readonly Scalar[];

export interface TextWriting {
  /** IANA name; moments are written as clocks there show them, with their distance to UTC. */
  timezone: string;
  /** Between the items of a list. */
  separator: string;
}

export function isList(cell: Cell): cell is readonly Scalar[] {
  return Array.isArray(cell);
}

export function cellText(cell: Cell, writing: TextWriting): string {
  if (isList(cell)) return cell.map((item) => cellText(item, writing)).join(writing.separator);
  if (cell === null) return "";
  if (typeof cell === "string") return cell;
  if (typeof cell === "number") return numberText(cell);
  if (typeof cell === "boolean") return cell ? "true" : "false";
  if ("file" in cell) return `${cell.file.name} ${cell.file.url}`;
  return "date" in cell ? cell.date : momentText(cell.at, writing.timezone);
}

/** As JSON has it: lists as lists, dates and moments as text. */
export function jsonOf(cell: Cell, timezone: string): unknown {
  if (isList(cell)) return cell.map((item) => jsonOf(item, timezone));
  if (cell === null || typeof cell !== "object") return cell;
  if ("file" in cell) return { id: cell.file.id, name: cell.file.name, url: cell.file.url };
  return "date" in cell ? cell.date : momentText(cell.at, timezone);
}

/** Digits as people write them: no `1e+21`. */
export function numberText(value: number): string {
  const text = String(value);
  return text.includes("e+") ? BigInt(value).toString() : text;
}

/** `2026-01-31T10:00:00.000+01:00`; in UTC it ends in Z. */
export function momentText(at: number, timezone: string): string {
  const utc = new Date(at).toISOString();
  if (timezone === "UTC") return utc;
  const minutes = Math.round((wallClock(at, timezone) - at) / 60_000);
  const local = new Date(at + minutes * 60_000).toISOString().slice(0, -1);
  const absolute = Math.abs(minutes);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${local}${minutes < 0 ? "-" : "+"}${two(Math.floor(absolute / 60))}:${two(absolute % 60)}`;
}

let clock: { timezone: string; format: Intl.DateTimeFormat } | null = null;
// Offsets change on the quarter-hour at the finest, so a million rows ask the platform only now and then.
const offsets = new Map<string, number>();
const QUARTER = 900_000;

/** What a clock there shows, as if it stood in UTC. */
export function wallClock(at: number, timezone: string): number {
  if (timezone === "UTC") return at;
  const key = `${timezone} ${Math.floor(at / QUARTER)}`;
  const known = offsets.get(key);
  if (known !== undefined) return at + known;
  if (clock?.timezone !== timezone) {
    const all = "numeric";
    const parts = { year: all, month: all, day: all, hour: all, minute: all, second: all } as const;
    clock = { timezone, format: new Intl.DateTimeFormat("en", { timeZone: timezone, hourCycle: "h23", ...parts }) };
  }
  const of: Record<string, number> = {};
  for (const { type, value } of clock.format.formatToParts(at)) of[type] = Number(value);
  const shown = Date.UTC(of.year ?? 1970, (of.month ?? 1) - 1, of.day ?? 1, of.hour ?? 0, of.minute ?? 0, of.second ?? 0);
  const offset = shown - Math.floor(at / 1_000) * 1_000;
  if (offsets.size > 50_000) offsets.clear();
  offsets.set(key, offset);
  return at + offset;
}
