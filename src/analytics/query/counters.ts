// The two plans that read no response: the ledgers' own counters, and the roll-ups by day.
import { openQuestionStore, type RollupPart, type RollupQuestion } from "../../store";
import { eachLedger } from "../ledger-reads";
import { Accumulator, partKindOf, type Sink } from "./accumulator";
import { dateBucket } from "./buckets";
import type { CounterRead, Execute, Execution, LivePlan, RollupPlan } from "./plan";
import type { Query, Value } from "./types";

export const executeLive: Execute<LivePlan> = async (execution, plan) => {
  const accumulator = new Accumulator(execution.query);
  return accumulator.finish(await liveInto(accumulator, execution, plan));
};

export const executeRollup: Execute<RollupPlan> = async (execution, plan) => {
  const accumulator = new Accumulator(execution.query);
  const scanned = await rollupInto(accumulator, execution, plan);
  return scanned === null ? null : accumulator.finish(scanned);
};

/** Tells how many counters it read. */
export async function liveInto(sink: Sink, { ctx, form, query }: Execution, { read }: LivePlan): Promise<number> {
  const ledgers = eachLedger(ctx.env, form);
  if (read.of === "responses") {
    const totals = await Promise.all(ledgers.map((ledger) => ledger.totalsWithin(0, 0)));
    for (const status of read.statuses) {
      const rows = totals.reduce((sum, total) => sum + total[status], 0);
      if (rows > 0 || !read.byStatus) sink.addRows(read.byStatus ? [status] : [], rows);
    }
    return read.statuses.length * ledgers.length;
  }
  const parts = await Promise.all(ledgers.map((ledger) => ledger.fieldCounts([read.field])));
  let scanned = 0;
  for (const [value, { count }] of parts.flatMap(({ fields }) => fields[read.field] ?? [])) {
    scanned += 1;
    if (count > 0) addCount(sink, query, read, [], value, count);
  }
  return scanned;
}

/** Null, and nothing handed over, when roll-ups do not know it after all. */
export async function rollupInto(
  sink: Sink,
  { ctx, form, query }: Execution,
  { read, time, from, to }: RollupPlan,
): Promise<number | null> {
  const store = openQuestionStore(ctx.env);
  const day = time === null ? [] : (["day"] as const);
  const asked: Pick<RollupQuestion, "formId" | "from" | "to"> = { formId: form.formId, from, to };
  const groupOf = (part: RollupPart): Value[] => (time === null || part.day === null ? [] : [dateBucket(part.day, time.by)]);
  let scanned = 0;
  if (read.of === "responses" || read.of === "answered") {
    const parts = await store.rollups({ ...asked, field: read.of === "responses" ? "" : read.field, values: "answered", by: day });
    for (const part of parts) {
      scanned += part.rows;
      if (part.count > 0) sink.addRows(groupOf(part), part.count);
    }
    return scanned;
  }
  const values = read.of === "numbers" ? "answered" : (read.only ?? "given");
  const parts = await store.rollups({ ...asked, field: read.field, values, by: read.of === "numbers" ? day : [...day, "value"] });
  // Something was taken away: what is left of an extreme, or of a sum with fractions, is not known here.
  if (read.of === "numbers" && parts.some(({ loose }) => loose)) return null;
  for (const part of parts) {
    scanned += part.rows;
    if (part.count <= 0) continue;
    if (read.of === "values") {
      const group = groupOf(part);
      addCount(sink, query, read, group, part.value ?? "", part.count, time?.place);
      continue;
    }
    const group = groupOf(part);
    const kind = partKindOf(query.aggregate);
    if (kind === "sum") sink.addSum(group, part.count, part.sum);
    else sink.addExtreme(group, kind === "least" ? part.min : part.max);
  }
  if (query.aggregate !== "count" && time !== null) {
    // A day on which people answered, but not this, is a group all the same.
    const days = await store.rollups({ ...asked, field: "", values: "answered", by: day });
    for (const part of days) {
      scanned += part.rows;
      if (part.count > 0) addNothing(sink, query, groupOf(part));
    }
  }
  return scanned;
}

/** One line of a counter: a field, a value ("" for answered at all), how often. */
function addCount(
  sink: Sink,
  query: Query,
  read: Exclude<CounterRead, { of: "responses" | "numbers" }>,
  time: readonly Value[],
  value: string,
  count: number,
  timePlace = 0,
): void {
  if (read.of === "answered") {
    if (value === "") sink.addRows(time, count);
    return;
  }
  if (value === "" || (read.only !== null && !read.only.includes(value))) return;
  const typed = typedValue(value, read.kind);
  if (read.as === "rows") sink.addRows(time, count);
  else if (read.as === "groups") sink.addRows(timePlace === 0 ? [...time, typed] : [typed, ...time], count);
  else addTimes(sink, query, time, typed, count);
}

/** So many responses that gave this value. */
function addTimes(sink: Sink, query: Query, group: readonly Value[], value: Value, count: number): void {
  const kind = partKindOf(query.aggregate);
  if (kind === "values") sink.addValue(group, value, count);
  else if (kind === "sum") sink.addSum(group, count, Number(value) * count);
  else sink.addExtreme(group, value);
}

function addNothing(sink: Sink, query: Query, group: readonly Value[]): void {
  const kind = partKindOf(query.aggregate);
  if (kind === "values") sink.addValue(group, null, 0);
  else if (kind === "sum") sink.addSum(group, 0, 0);
  else sink.addExtreme(group, null);
}

/** Counters keep every value as text. */
function typedValue(text: string, kind: string): Value {
  if (kind === "boolean") return text === "true";
  return kind === "number" ? Number(text) : text;
}
