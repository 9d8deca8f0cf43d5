// pure. The two sides of a comparison, out of JSON that anybody sent: a period, a version, a segment, or several of these together.
import type { FieldDescription } from "../../forms";
import { isTimeZone } from "../../shared/wall-clock";
import type { Condition } from "../../store";
import { both, object, onlyMembers, parseCondition, refuse } from "../query/parse";
import { addDays, startOfDate } from "../time-zones";
import { DEFAULT_ZONE } from "../zone";

export interface Side {
  label: string;
  condition: Condition;
  /** When both ends are known: as long as responses could arrive. */
  period: { from: number; to: number } | null;
}

const MEMBERS = ["label", "start_date", "end_date", "version", "filter"];
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const [EARLIEST, LATEST] = ["1900-01-01", "2199-12-31"];

export function parseZone(given: unknown): string {
  const zone = given ?? DEFAULT_ZONE;
  if (typeof zone === "string" && zone.length <= 64 && isTimeZone(zone)) return zone;
  throw refuse("timezone", "unknown_timezone", "This is not a time zone that we know; use a name such as Europe/Berlin.");
}

export function parseSide(given: unknown, path: "a" | "b", fields: readonly FieldDescription[], zone: string, now: number): Side {
  const side = object(given, path, 'A side is {"start_date", "end_date"}, {"version"} or {"filter"}, or several of these, and a "label".');
  onlyMembers(side, path, MEMBERS);
  const [start, end] = [dateOf(side.start_date, `${path}.start_date`), dateOf(side.end_date, `${path}.end_date`)];
  if (start !== null && end !== null && start > end)
    throw refuse(`${path}.end_date`, "reversed_range", "The period ends before it begins.");
  const from = start === null ? null : startOfDate(start, zone);
  const to = end === null ? null : startOfDate(addDays(end, 1), zone);
  let condition = parseCondition(side.filter, fields, `${path}.filter`);
  if (from !== null)
    condition = both(condition, { op: "compare", field: { in: "column", name: "submitted_at", kind: "time" }, by: "gte", value: from });
  if (to !== null)
    condition = both(condition, { op: "compare", field: { in: "column", name: "submitted_at", kind: "time" }, by: "lt", value: to });
  const { version } = side;
  if (version !== undefined) {
    if (typeof version !== "number" || !Number.isInteger(version) || version < 1)
      throw refuse(`${path}.version`, "invalid_query", "A version is a whole number from 1.");
    condition = both(condition, { op: "compare", field: { in: "column", name: "form_version", kind: "number" }, by: "eq", value: version });
  }
  // Nothing has come yet in what is still to come.
  const until = to === null ? null : Math.min(to, now);
  return {
    label: labelOf(side, path),
    condition,
    period: from !== null && until !== null && until > from ? { from, to: until } : null,
  };
}

function labelOf(side: Record<string, unknown>, path: "a" | "b"): string {
  const { label, start_date, end_date, version } = side;
  if (label !== undefined) {
    if (typeof label !== "string" || label.length === 0 || label.length > 80)
      throw refuse(`${path}.label`, "invalid_query", "A label has 1 to 80 characters.");
    return label;
  }
  if (version !== undefined) return `version ${version}`;
  if (start_date !== undefined || end_date !== undefined) return `${start_date ?? "the beginning"} to ${end_date ?? "now"}`;
  return path === "a" ? "the first segment" : "the second segment";
}

function dateOf(given: unknown, path: string): string | null {
  if (given === undefined || given === null) return null;
  if (typeof given === "string" && DATE.test(given) && !Number.isNaN(Date.parse(given))) {
    if (given < EARLIEST || given > LATEST) throw refuse(path, "out_of_range", `Use a date from ${EARLIEST} to ${LATEST}.`);
    return given;
  }
  throw refuse(path, "invalid_value", "This is a date, such as 2026-01-31.");
}
