// pure. The plain evaluation of a question over responses in hand. Every plan must give what this gives; tests see to it.
import { type MatchableRow, matchesCondition, valuesOf } from "../../responses";
import { Accumulator, countedOf, partKindOf } from "./accumulator";
import { bucketOf } from "./buckets";
import type { Group, Query, QueryResult, Value } from "./types";

export type QueriedRow = MatchableRow & { deletedAt: number | null };

export function evaluateInMemory(query: Query, rows: Iterable<QueriedRow>): QueryResult {
  const accumulator = new Accumulator(query);
  let scanned = 0;
  for (const row of rows) {
    scanned += 1;
    if (row.deletedAt !== null || !matchesCondition(query.condition, row)) continue;
    for (const group of combinations(query.groups.map((one) => groupValues(one, row)))) addRow(accumulator, query, group, row);
  }
  return accumulator.finish(scanned);
}

function addRow(accumulator: Accumulator, query: Query, group: Value[], row: QueriedRow): void {
  const values = query.field === null ? [] : counted(query, valuesOf(query.field.ref, row));
  switch (partKindOf(query.aggregate)) {
    case "rows":
      accumulator.addRows(group, 1);
      return;
    case "sum":
      if (values.length === 0) accumulator.addSum(group, 0, 0);
      for (const value of values) accumulator.addSum(group, 1, Number(value));
      return;
    case "least":
    case "greatest":
      if (values.length === 0) accumulator.addExtreme(group, null);
      for (const value of values) accumulator.addExtreme(group, value);
      return;
    case "values":
      if (values.length === 0) accumulator.addValue(group, null, 0);
      for (const value of values) accumulator.addValue(group, value, 1);
  }
}

function counted(query: Query, values: Value[]): Value[] {
  const which = countedOf(query);
  if (which === "all" || which === "booleans") return values;
  return values.filter((value) => typeof value === (which === "numbers" ? "number" : "string"));
}

function groupValues(group: Group, row: QueriedRow): Value[] {
  return group.by === "value" ? valuesOf(group.ref, row) : [bucketOf(row.submittedAt, group.by, group.zone)];
}

function combinations(values: readonly Value[][]): Value[][] {
  return values.reduce<Value[][]>((found, more) => found.flatMap((head) => more.map((value) => [...head, value])), [[]]);
}
