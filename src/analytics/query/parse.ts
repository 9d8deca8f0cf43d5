// pure. From JSON that anybody sent to a checked question. Each refusal says where, why, and what would do; nothing is put into SQL.
import type { FieldDescription } from "../../forms";
import { fieldFinder, parseFilter } from "../../responses";
import { InvalidError } from "../../shared/errors";
import type { ErrorReason } from "../../shared/reasons";
import { isTimeZone } from "../../shared/wall-clock";
import type { Condition } from "../../store";
import { DEFAULT_ZONE } from "../zone";
import { needsNumbers } from "./accumulator";
import { AGGREGATES, type Aggregate, BUCKETS, type Bucket, type Group, type Query, type QueryField } from "./types";

export const MAX_GROUP_FIELDS = 3;
export const MAX_ROWS = 1_000;
const MEMBERS = ["aggregate", "field", "group_by", "filter", "sort", "limit"];

export type FindField = ReturnType<typeof fieldFinder>;

export function parseQuery(input: unknown, fields: readonly FieldDescription[]): Query {
  const query = object(input, "", "A query is an object.");
  onlyMembers(query, "", MEMBERS);
  const { field, ...wanted } = parseWanted(query, fieldFinder(fields));
  const condition = parseCondition(query.filter, fields, "filter");
  // To count a field is to count who answered it.
  const answered = wanted.aggregate === "count" && field !== null;
  return {
    ...wanted,
    field: answered ? null : field,
    condition: answered ? both(condition, { op: "exists", field: field.ref, exists: true }) : condition,
  };
}

/** All but the condition. */
export function parseWanted(query: Record<string, unknown>, find: FindField): Omit<Query, "condition"> {
  const aggregate = parseAggregate(query.aggregate);
  const field = parseField(query.field, aggregate, find);
  const groups = parseGroups(query.group_by, find);
  return { aggregate, field, groups, sort: parseSort(query.sort, groups), limit: parseLimit(query.limit) };
}

function parseAggregate(given: unknown): Aggregate {
  const aggregate = AGGREGATES.find((one) => one === given);
  if (aggregate !== undefined) return aggregate;
  throw refuse("aggregate", "unknown_aggregate", `Use one of ${AGGREGATES.join(", ")}.`);
}

function parseField(given: unknown, aggregate: Aggregate, find: FindField): QueryField | null {
  if (given === undefined || given === null) {
    if (aggregate === "count") return null;
    throw refuse("field", "field_needed", `Say which field to take the ${aggregate} of, such as "data.score".`);
  }
  const field = namedField(given, "field", find);
  if (needsNumbers(aggregate) && field.ref.kind !== "number") {
    throw refuse(
      "field",
      "wrong_field_type",
      `${aggregate} needs a number field; this one can be used with count, count_distinct, min or max.`,
    );
  }
  return field;
}

function parseGroups(given: unknown, find: FindField): Group[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) return [parseGroup(given, "group_by", find)];
  if (given.length > MAX_GROUP_FIELDS) throw refuse("group_by", "invalid_query", `Group by at most ${MAX_GROUP_FIELDS} fields.`);
  const groups = given.map((one, i) => parseGroup(one, `group_by.${i}`, find));
  for (const [i, { name }] of groups.entries()) {
    if (groups.findIndex((other) => other.name === name) < i)
      throw refuse(`group_by.${i}`, "invalid_query", "This field is grouped by already.");
  }
  return groups;
}

function parseGroup(given: unknown, path: string, find: FindField): Group {
  if (typeof given === "string") return { by: "value", ...namedField(given, path, find) };
  const group = object(
    given,
    path,
    'Group by the name of a field, or by {"field": "submitted_at", "by": "day", "timezone": "Europe/Berlin"}.',
  );
  onlyMembers(group, path, ["field", "by", "timezone"]);
  const field = namedField(group.field, `${path}.field`, find);
  if (group.by === undefined || group.by === null) {
    if (group.timezone !== undefined) throw refuse(`${path}.timezone`, "invalid_query", "A time zone goes with `by`.");
    return { by: "value", ...field };
  }
  const by: Bucket | undefined = BUCKETS.find((one) => one === group.by);
  if (by === undefined) throw refuse(`${path}.by`, "invalid_query", `Use one of ${BUCKETS.join(", ")}.`);
  if (field.ref.in !== "column" || field.ref.name !== "submitted_at")
    throw refuse(`${path}.by`, "wrong_field_type", "Only submitted_at is grouped by time; leave out `by` to group by the field's values.");
  const zone = group.timezone ?? DEFAULT_ZONE;
  if (typeof zone !== "string" || zone.length > 64 || !isTimeZone(zone))
    throw refuse(`${path}.timezone`, "unknown_timezone", "This is not a time zone that we know; use a name such as Europe/Berlin.");
  return { by, name: field.name, zone };
}

function namedField(given: unknown, path: string, find: FindField): QueryField {
  if (typeof given !== "string") throw refuse(path, "invalid_query", 'Name a field, such as "data.department".');
  return { name: given, ...find(given, path) };
}

export function parseCondition(given: unknown, fields: readonly FieldDescription[], path: string): Condition {
  const condition = given === undefined || given === null ? ({ op: "and", of: [] } as const) : parseFilter(given, fields, path);
  if (asksStatus(condition)) return condition;
  return both({ op: "compare", field: { in: "column", name: "status", kind: "text" }, by: "eq", value: "complete" }, condition);
}

function asksStatus(condition: Condition): boolean {
  switch (condition.op) {
    case "and":
    case "or":
      return condition.of.some(asksStatus);
    case "not":
      return asksStatus(condition.of);
    default:
      return condition.field.in === "column" && condition.field.name === "status";
  }
}

export function both(one: Condition, other: Condition): Condition {
  const parts = [one, other].flatMap((part) => (part.op === "and" ? part.of : [part]));
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { op: "and", of: parts };
}

function parseSort(given: unknown, groups: readonly Group[]): Query["sort"] {
  // What people read: time in its order, else the most first.
  if (given === undefined || given === null) {
    const time = groups.findIndex(({ by }) => by !== "value");
    return time === -1 ? { by: "value", desc: true } : { by: time, desc: false };
  }
  const sort = object(given, "sort", 'Sort by {"field": "value", "desc": true}.');
  onlyMembers(sort, "sort", ["field", "desc"]);
  const { field = "value", desc = false } = sort;
  if (typeof desc !== "boolean") throw refuse("sort.desc", "invalid_query", "Use true or false.");
  if (field === "value") return { by: "value", desc };
  const by = groups.findIndex(({ name }) => name === field || bare(name) === bare(String(field)));
  if (by !== -1) return { by, desc };
  throw refuse("sort.field", "invalid_query", `Sort by ${["value", ...groups.map(({ name }) => name)].join(", ")}.`);
}

function bare(name: string): string {
  return name.startsWith("data.") ? name.slice("data.".length) : name;
}

function parseLimit(given: unknown): number {
  if (given === undefined || given === null) return MAX_ROWS;
  if (typeof given === "number" && Number.isInteger(given) && given >= 1 && given <= MAX_ROWS) return given;
  throw refuse("limit", "invalid_query", `Use a whole number from 1 to ${MAX_ROWS}.`);
}

export function object(given: unknown, path: string, message: string): Record<string, unknown> {
  if (given === null || typeof given !== "object" || Array.isArray(given)) throw refuse(path, "invalid_query", message);
  return given as Record<string, unknown>;
}

export function onlyMembers(given: Record<string, unknown>, path: string, allowed: readonly string[]): void {
  const stray = Object.keys(given).find((name) => !allowed.includes(name));
  if (stray === undefined) return;
  const at = path === "" ? stray.slice(0, 80) : `${path}.${stray.slice(0, 80)}`;
  throw refuse(at, "invalid_query", `There is no ${JSON.stringify(stray.slice(0, 80))} here; use ${allowed.join(", ")}.`);
}

export function refuse(path: string, code: ErrorReason, message: string): InvalidError {
  return new InvalidError(message, [{ path, message, code }], code);
}
