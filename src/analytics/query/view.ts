// pure. An answer as it goes over the wire.
import type { Group, Query, ResultRow, Value } from "./types";

export type Data = ResultRow["value"] | { [group: string]: Data };

export interface AnswerView {
  data: Data;
  rows: { group: Record<string, Value>; value: ResultRow["value"] }[];
}

export function viewOf(query: Query, found: readonly ResultRow[]): AnswerView {
  const rows = found.map(({ group, value }) => ({
    group: query.groups.map((one, i) => shown(one, group[i] ?? "")),
    value: typeof value === "number" && isTime(query) ? instant(value) : value,
  }));
  const named = rows.map(({ group, value }) => ({
    // Not by assignment: a field may be called __proto__ by nobody, but a value may.
    group: Object.fromEntries(query.groups.map(({ name }, i) => [name, group[i] ?? ""])),
    value,
  }));
  if (query.groups.length === 0) return { data: rows[0]?.value ?? null, rows: named };
  return { data: nested(rows), rows: named };
}

/** From the first group to the next, and at last to the value. */
function nested(rows: readonly { group: readonly Value[]; value: ResultRow["value"] }[]): Data {
  const byFirst = new Map<string, { group: readonly Value[]; value: ResultRow["value"] }[]>();
  for (const { group, value } of rows) {
    const [first = "", ...rest] = group;
    const key = String(first);
    const known = byFirst.get(key);
    if (known === undefined) byFirst.set(key, [{ group: rest, value }]);
    else known.push({ group: rest, value });
  }
  return Object.fromEntries([...byFirst].map(([key, of]) => [key, (of[0]?.group.length ?? 0) === 0 ? (of[0]?.value ?? null) : nested(of)]));
}

function isTime({ aggregate, field }: Query): boolean {
  return (aggregate === "min" || aggregate === "max") && field?.ref.kind === "time";
}

function shown(group: Group, value: Value): Value {
  const time = group.by === "hour" || (group.by === "value" && group.ref.kind === "time");
  return time && typeof value === "number" ? instant(value) : value;
}

function instant(time: number): string {
  return new Date(time).toISOString();
}
