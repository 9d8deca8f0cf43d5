// A question that has been checked, and its answer. Shapes alone: parse.ts makes the first out of a request, a plan the second.
import type { FoundField } from "../../responses";
import type { Condition, Scalar } from "../../store";

export const AGGREGATES = ["count", "sum", "avg", "min", "max", "count_distinct", "median", "p95"] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export const BUCKETS = ["hour", "day", "week", "month"] as const;
export type Bucket = (typeof BUCKETS)[number];

export type Value = Exclude<Scalar, null>;

export interface QueryField extends FoundField {
  /** As the caller wrote it: `data.city` or `city`. */
  name: string;
}

export type Group =
  | ({ by: "value" } & QueryField)
  /** Of `submitted_at`. */
  | { by: Bucket; name: string; zone: string };

export interface Query {
  aggregate: Aggregate;
  /** Null for `count` alone; to count who answered a field, the condition says that it exists. */
  field: QueryField | null;
  /** At most 3; a response counts once for each different combination of their values, and not at all where one has none. */
  groups: readonly Group[];
  /** Deleted responses never match. Says `status = complete` unless the caller spoke of the status. */
  condition: Condition;
  /** `by` is "value" or the place of a group. */
  sort: { by: "value" | number; desc: boolean };
  limit: number;
}

export interface ResultRow {
  /** In the order of the query's groups. An hour is an instant; a day, a week (its Monday) and a month (its first) are `YYYY-MM-DD`. */
  group: Value[];
  /** Null: nothing there to take it of. A time is an instant in milliseconds. */
  value: number | string | boolean | null;
}

export interface QueryResult {
  rows: ResultRow[];
  /** Responses, or rows of counters, that were looked at. */
  scannedRows: number;
}
