// pure. Which way a question is answered: the cheapest that knows everything it asks for. All give the same answer.
//
// A plan is data; an executor carries it out. To add one: a member of `Plan`, a branch of `planQuery`, an entry in execute.ts.
import type { WorkspaceContext } from "../../shared/context";
import type { Condition, FieldRef, ResponseStatus } from "../../store";
import type { AnalysedForm } from "../form";
import { partKindOf } from "./accumulator";
import { shapeOf } from "./shape";
import type { Bucket, Query, QueryResult } from "./types";

export type PlanName = "live" | "rollup" | "columns" | "scan";

/** What the planner is told about a form; nothing of it is read by the planner itself. */
export interface PlanFacts {
  /** By path of a field: what counters and roll-ups hold of it. Only fields that every version asks in the same way are in it. */
  counted: ReadonlyMap<string, CountedField>;
  /** At least as many as there are responses, deleted ones included. */
  entries: number;
  /** Whether columns may be asked: not while the store is not current, which they would not notice. */
  columns: boolean;
}

export interface CountedField {
  /** How often each value was given. */
  values: boolean;
  /** How many numbers, their sum, the least and the greatest. */
  numbers: boolean;
  /** One response may give several values. */
  multiple: boolean;
}

/** What is read of the counters, in memory or by day. */
export type CounterRead =
  /** Responses as such; `byStatus` when they are grouped by it. */
  | { of: "responses"; statuses: readonly ResponseStatus[]; byStatus: boolean }
  /** Who answered the field at all. */
  | { of: "answered"; field: string }
  /** Each value of the field, or only these, and how often it was given: `as` groups, or as values to take the aggregate of. */
  | { of: "values"; field: string; kind: FieldRef["kind"]; only: readonly string[] | null; as: "groups" | "values" | "rows" }
  /** The numbers of the field, added up. */
  | { of: "numbers"; field: string };

export interface LivePlan {
  plan: "live";
  read: Exclude<CounterRead, { of: "numbers" }>;
}

export interface RollupPlan {
  plan: "rollup";
  read: CounterRead;
  /** The group that is a time, if one is, and its place. */
  time: { by: Exclude<Bucket, "hour">; place: number } | null;
  /** `YYYY-MM-DD`, both included. */
  from: string | null;
  to: string | null;
}

export interface ColumnsPlan {
  plan: "columns";
}

export interface ScanPlan {
  plan: "scan";
}

export type Plan = LivePlan | RollupPlan | ColumnsPlan | ScanPlan;

export interface Execution {
  ctx: WorkspaceContext;
  form: AnalysedForm;
  query: Query;
  /** `shard:seq` of each ledger: everything up to there is in the store. */
  position: string;
  /** To be asked between any two pieces of work that take long; throws when the time is up. */
  deadline: Deadline;
}

export interface Deadline {
  assertTime(): void;
  /** For whatever takes a limit of its own. */
  remainingMs(): number;
}

/** Feeds an Accumulator and finishes it, or makes the same rows in another way. Null: it cannot after all; the scan can. */
export type Execute<P extends Plan> = (execution: Execution, plan: P) => Promise<QueryResult | null>;

/** From how many responses on segments are worth opening. */
const COLUMNS_FROM = 20_000;

export function planQuery(query: Query, facts: PlanFacts): Plan {
  return planCounters(query, facts) ?? (facts.columns && facts.entries >= COLUMNS_FROM ? { plan: "columns" } : { plan: "scan" });
}

const DAY = 86_400_000;

function planCounters(query: Query, { counted }: PlanFacts): LivePlan | RollupPlan | null {
  const shape = shapeOf(query.condition);
  if (shape.statuses === null || shape.rest.length > 1) return null;
  const only = shape.rest.length === 0 ? null : soleField(shape.rest[0], counted);
  if (only === null && shape.rest.length > 0) return null;
  const times = query.groups.flatMap((group, place) => (group.by === "value" ? [] : [{ group, place }]));
  const read = readFor(query, shape.statuses, only, counted);
  if (read === null || times.length > 1) return null;
  const [time] = times;
  if (time === undefined && shape.from === null && shape.to === null && read.of !== "numbers") return { plan: "live", read };
  // By day only complete ones are counted, and days are those of UTC.
  if (read.of === "responses" && (read.byStatus || read.statuses.join() !== "complete")) return null;
  if (time !== undefined && (time.group.by === "hour" || time.group.zone !== "UTC")) return null;
  if ((shape.from ?? 0) % DAY !== 0 || (shape.to ?? 0) % DAY !== 0 || (shape.from ?? 0) >= (shape.to ?? Number.POSITIVE_INFINITY))
    return null;
  return {
    plan: "rollup",
    read,
    time: time === undefined ? null : { by: time.group.by as Exclude<Bucket, "hour">, place: time.place },
    from: shape.from === null ? null : dateOf(shape.from),
    to: shape.to === null ? null : dateOf(shape.to - DAY),
  };
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The one field that the condition speaks of, and with which values; null values: answered at all. */
interface SoleField {
  path: string;
  kind: FieldRef["kind"];
  values: readonly string[] | null;
}

function soleField(part: Condition | undefined, counted: PlanFacts["counted"]): SoleField | null {
  if (part === undefined || (part.op !== "compare" && part.op !== "in" && part.op !== "exists") || part.field.in !== "data") return null;
  const { kind } = part.field;
  const path = part.field.path.join(".");
  const known = counted.get(path);
  if (known === undefined) return null;
  if (part.op === "exists") return part.exists ? { path, kind, values: null } : null;
  if (!known.values || (part.op === "compare" && part.by !== "eq")) return null;
  const given = part.op === "in" ? part.values : [part.value];
  // Whoever gave two of several values would be counted twice.
  if (given.includes(null) || (known.multiple && new Set(given).size > 1)) return null;
  return { path, kind, values: [...new Set(given.map((value) => (typeof value === "string" ? value : JSON.stringify(value))))] };
}

function readFor(
  query: Query,
  statuses: readonly ResponseStatus[],
  only: SoleField | null,
  counted: PlanFacts["counted"],
): CounterRead | null {
  const values = query.groups.flatMap((group) => (group.by === "value" ? [group] : []));
  const [group, ...more] = values;
  if (more.length > 0) return null;
  if (query.aggregate === "count" && only === null) {
    if (group === undefined) return { of: "responses", statuses, byStatus: false };
    if (group.ref.in === "column" && group.ref.name === "status") return { of: "responses", statuses, byStatus: true };
  }
  // What follows is counted of complete responses alone.
  if (statuses.join() !== "complete") return null;
  if (query.aggregate === "count") {
    if (group === undefined) {
      if (only === null) return null;
      if (only.values === null) return { of: "answered", field: only.path };
      return { of: "values", field: only.path, kind: only.kind, only: only.values, as: "rows" };
    }
    if (group.ref.in !== "data") return null;
    const path = group.ref.path.join(".");
    const known = counted.get(path);
    if (known === undefined || !known.values) return null;
    if (only !== null && (only.path !== path || (known.multiple && only.values !== null))) return null;
    return { of: "values", field: path, kind: group.ref.kind, only: only?.values ?? null, as: "groups" };
  }
  if (group !== undefined || query.field === null || query.field.ref.in !== "data") return null;
  const path = query.field.ref.path.join(".");
  const known = counted.get(path);
  if (known === undefined) return null;
  // Only those who answered, or all: the aggregate passes over the others anyway. But a group in which nobody answered shows.
  if (only !== null && (only.path !== path || query.groups.length > 0 || only.values !== null)) return null;
  if (known.values) return { of: "values", field: path, kind: query.field.ref.kind, only: null, as: "values" };
  return known.numbers && partKindOf(query.aggregate) !== "values" ? { of: "numbers", field: path } : null;
}
