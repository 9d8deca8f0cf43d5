// The two plans that read no response: the ledgers' own counters, and the roll-ups by day.
import { openQuestionStore, type RollupPart, type RollupQuestion } from "../../store";
import { eachLedger } from "../ledger-reads";
import { Accumulator, partKindOf } from "./accumulator";
import { dateBucket } from "./buckets";
import type { CounterRead, Execute, LivePlan, RollupPlan } from "./plan";
import type { Query, Value } from "./types";

export const executeLive: Execute<LivePlan> = async ({ ctx, form, query }, { read }) => {
  const accumulator = new Accumulator(query);
  const ledgers = eachLedger(ctx.env, form);
  if (read.of === "responses") {
    const totals = await Promise.all(ledgers.map((ledger) => ledger.totalsWithin(0, 0)));
    for (const status of read.statuses) {
      const rows = totals.reduce((sum, total) => sum + total[status], 0);
      if (rows > 0 || !read.byStatus) accumulator.addRows(read.byStatus ? [status] : [], rows);
    }
    return accumulator.finish(read.statuses.length * ledgers.length);
  }
  const parts = await Promise.all(ledgers.map((ledger) => ledger.fieldCounts([read.field])));
  let scanned = 0;
  for (const [value, { count }] of parts.flatMap(({ fields }) => fields[read.field] ?? [])) {
    scanned += 1;
    if (count > 0) addCount(accumulator, query, read, [], value, count);
  }
  return accumulator.finish(scanned);
};

export const executeRollup: Execute<RollupPlan> = async ({ ctx, form, query }, { read, time, from, to }) => {
  const store = openQuestionStore(ctx.env);
  const accumulator = new Accumulator(query);
  const day = time === null ? [] : (["day"] as const);
  const asked: Pick<RollupQuestion, "formId" | "from" | "to"> = { formId: form.formId, from, to };
  const groupOf = (part: RollupPart): Value[] => (time === null || part.day === null ? [] : [dateBucket(part.day, time.by)]);
  let scanned = 0;
  if (read.of === "responses" || read.of === "answered") {
    const parts = await store.rollups({ ...asked, field: read.of === "responses" ? "" : read.field, values: "answered", by: day });
    for (const part of parts) {
      scanned += part.rows;
      if (part.count > 0) accumulator.addRows(groupOf(part), part.count);
    }
    return accumulator.finish(scanned);
  }
  const values = read.of === "numbers" ? "answered" : (read.only ?? "given");
  const parts = await store.rollups({ ...asked, field: read.field, values, by: read.of === "numbers" ? day : [...day, "value"] });
  for (const part of parts) {
    scanned += part.rows;
    if (part.count <= 0) continue;
    if (read.of === "values") {
      const group = groupOf(part);
      addCount(accumulator, query, read, group, part.value ?? "", part.count, time?.place);
      continue;
    }
    // Something was taken away: what is left of an extreme, or of a sum with fractions, is not known here.
    if (part.loose) return null;
    const group = groupOf(part);
    const kind = partKindOf(query.aggregate);
    if (kind === "sum") accumulator.addSum(group, part.count, part.sum);
    else accumulator.addExtreme(group, kind === "least" ? part.min : part.max);
  }
  if (query.aggregate !== "count" && time !== null) {
    // A day on which people answered, but not this, is a group all the same.
    const days = await store.rollups({ ...asked, field: "", values: "answered", by: day });
    for (const part of days) {
      scanned += part.rows;
      if (part.count > 0) addNothing(accumulator, query, groupOf(part));
    }
  }
  return accumulator.finish(scanned);
};

/** One line of a counter: a field, a value ("" for answered at all), how often. */
function addCount(
  accumulator: Accumulator,
  query: Query,
  read: Exclude<CounterRead, { of: "responses" | "numbers" }>,
  time: readonly Value[],
  value: string,
  count: number,
  timePlace = 0,
): void {
  if (read.of === "answered") {
    if (value === "") accumulator.addRows(time, count);
    return;
  }
  if (value === "" || (read.only !== null && !read.only.includes(value))) return;
  const typed = typedValue(value, read.kind);
  if (read.as === "rows") accumulator.addRows(time, count);
  else if (read.as === "groups") accumulator.addRows(timePlace === 0 ? [...time, typed] : [typed, ...time], count);
  else addTimes(accumulator, query, time, typed, count);
}

/** So many responses that gave this value. */
function addTimes(accumulator: Accumulator, query: Query, group: readonly Value[], value: Value, count: number): void {
  const kind = partKindOf(query.aggregate);
  if (kind === "values") accumulator.addValue(group, value, count);
  else if (kind === "sum") accumulator.addSum(group, count, Number(value) * count);
  else accumulator.addExtreme(group, value);
}

function addNothing(accumulator: Accumulator, query: Query, group: readonly Value[]): void {
  const kind = partKindOf(query.aggregate);
  if (kind === "values") accumulator.addValue(group, null, 0);
  else if (kind === "sum") accumulator.addSum(group, 0, 0);
  else accumulator.addExtreme(group, null);
}

/** Counters keep every value as text. */
function typedValue(text: string, kind: string): Value {
  if (kind === "boolean") return text === "true";
  return kind === "number" ? Number(text) : text;
}
