// pure. The plain evaluation of a question over responses in hand. Every plan must give what this gives; tests see to it.
import { type MatchableRow, matchesCondition, valuesOf } from "../../responses";
import { Accumulator, countedValues, sinkResponse } from "./accumulator";
import { bucketOf } from "./buckets";
import type { Group, Query, QueryResult, Value } from "./types";

export type QueriedRow = MatchableRow & { deletedAt: number | null };

export function evaluateInMemory(query: Query, rows: Iterable<QueriedRow>): QueryResult {
  const accumulator = new Accumulator(query);
  let scanned = 0;
  for (const row of rows) {
    scanned += 1;
    if (row.deletedAt !== null || !matchesCondition(query.condition, row)) continue;
    const values = query.field === null ? [] : countedValues(query, valuesOf(query.field.ref, row));
    sinkResponse(
      accumulator,
      query,
      query.groups.map((group) => groupValues(group, row)),
      values,
    );
  }
  return accumulator.finish(scanned);
}

function groupValues(group: Group, row: QueriedRow): Value[] {
  return group.by === "value" ? valuesOf(group.ref, row) : [bucketOf(row.submittedAt, group.by, group.zone)];
}
