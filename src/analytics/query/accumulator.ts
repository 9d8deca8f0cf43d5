// pure. Parts of an answer, added up: from one response, from a page that a store has summed, from a segment of columns. Whoever
// hands in the same parts, in whatever portions, gets the same answer.
import { compareValues } from "../../responses";
import { InvalidError } from "../../shared/errors";
import type { Counted } from "../../store";
import type { Aggregate, Query, QueryResult, ResultRow, Value } from "./types";

/** What an aggregate is put together from. */
export type PartKind = "rows" | "sum" | "least" | "greatest" | "values";

const PARTS: Record<Aggregate, PartKind> = {
  count: "rows",
  sum: "sum",
  avg: "sum",
  min: "least",
  max: "greatest",
  count_distinct: "values",
  median: "values",
  p95: "values",
};

export function partKindOf(aggregate: Aggregate): PartKind {
  return PARTS[aggregate];
}

/** Whether only numbers enter into it; texts and others beside them are passed over. */
export function needsNumbers(aggregate: Aggregate): boolean {
  return aggregate === "sum" || aggregate === "avg" || aggregate === "median" || aggregate === "p95";
}

/** The least and the greatest are of the field's own kind: a stray text is not above every number. */
export function countedOf({ aggregate, field }: Query): Counted {
  if (aggregate === "count" || aggregate === "count_distinct" || field === null) return "all";
  const { kind } = field.ref;
  if (needsNumbers(aggregate) || kind === "number" || kind === "time") return "numbers";
  return kind === "boolean" ? "booleans" : "texts";
}

/** Those of a response's values that enter. */
export function countedValues(query: Query, values: Value[]): Value[] {
  const which = countedOf(query);
  if (which === "all" || which === "booleans") return values;
  return values.filter((value) => typeof value === (which === "numbers" ? "number" : "string"));
}

/** Groups and different values that are held at once: what an isolate has room for. */
export const MAX_HELD = 250_000;

interface Tally {
  group: readonly Value[];
  rows: number;
  n: number;
  sum: number;
  /** What adding has rounded away so far (Neumaier). */
  lost: number;
  extreme: Value | null;
  values: Map<Value, number> | null;
}

type Level = Map<Value, Level | Tally>;

/** Where the parts of an answer go. */
export type Sink = Pick<Accumulator, "addRows" | "addSum" | "addExtreme" | "addValue">;

/** So many responses alike: the values of each of their groups, and of the field. Each counts once for every combination of the former. */
export function sinkResponse(sink: Sink, query: Query, groups: readonly (readonly Value[])[], values: readonly Value[], times = 1): void {
  const part = partKindOf(query.aggregate);
  const combined = groups.reduce<Value[][]>((heads, more) => heads.flatMap((head) => more.map((value) => [...head, value])), [[]]);
  for (const group of combined) sinkInGroup(sink, part, group, values, times);
}

/** `group` may be used again by the caller. */
export function sinkInGroup(sink: Sink, part: PartKind, group: readonly Value[], values: readonly Value[], times: number): void {
  if (part === "rows") sink.addRows(group, times);
  else if (part === "sum") {
    if (values.length === 0) sink.addSum(group, 0, 0);
    for (const value of values) sink.addSum(group, times, Number(value) * times);
  } else if (part === "values") {
    if (values.length === 0) sink.addValue(group, null, 0);
    for (const value of values) sink.addValue(group, value, times);
  } else {
    if (values.length === 0) sink.addExtreme(group, null);
    for (const value of values) sink.addExtreme(group, value);
  }
}

/** Hands on every part with one more value in its group, at that place. */
export function grouping(sink: Sink, place: number, value: Value): Sink {
  const within = (group: readonly Value[]) => [...group.slice(0, place), value, ...group.slice(place)];
  return {
    addRows: (group, rows) => sink.addRows(within(group), rows),
    addSum: (group, n, sum) => sink.addSum(within(group), n, sum),
    addExtreme: (group, extreme) => sink.addExtreme(within(group), extreme),
    addValue: (group, given, times) => sink.addValue(within(group), given, times),
  };
}

export class Accumulator {
  readonly #tallies: Tally[] = [];
  /** By the first group's value, then by the second's, then by the third's; what is a number stays apart from the text like it. */
  readonly #byGroup: Level = new Map();
  #whole: Tally | null = null;
  readonly #query: Query;
  readonly #kind: PartKind;
  readonly #max: number;
  #held = 0;

  constructor(query: Query, max = MAX_HELD) {
    this.#query = query;
    this.#kind = partKindOf(query.aggregate);
    this.#max = max;
  }

  /** Responses of that group. */
  addRows(group: readonly Value[], rows: number): void {
    this.#tally(group).rows += rows;
  }

  /** `n` numbers that add up to `sum`; none: the group is there, without a number. */
  addSum(group: readonly Value[], n: number, sum: number): void {
    const tally = this.#tally(group);
    tally.n += n;
    const total = tally.sum + sum;
    tally.lost += Math.abs(tally.sum) >= Math.abs(sum) ? tally.sum - total + sum : sum - total + tally.sum;
    tally.sum = total;
  }

  /** The least, or the greatest, of some values. */
  addExtreme(group: readonly Value[], value: Value | null): void {
    const tally = this.#tally(group);
    if (value === null) return;
    const order = tally.extreme === null ? 1 : compareValues(value, tally.extreme) * (this.#kind === "least" ? -1 : 1);
    if (order > 0) tally.extreme = value;
  }

  /** One value that so many responses gave. */
  addValue(group: readonly Value[], value: Value | null, times: number): void {
    const tally = this.#tally(group);
    if (value === null) return;
    tally.values ??= new Map();
    const known = tally.values.get(value);
    if (known === undefined) this.#hold();
    tally.values.set(value, (known ?? 0) + times);
  }

  /** Sorted and cut as the query wants it. */
  finish(scannedRows: number): QueryResult {
    if (this.#query.groups.length === 0) return { rows: [{ group: [], value: this.#valueOf(this.#tally([])) }], scannedRows };
    const rows = this.#tallies.map((tally) => ({ group: [...tally.group], value: this.#valueOf(tally) }));
    return { rows: sortRows(this.#query, rows).slice(0, this.#query.limit), scannedRows };
  }

  #tally(group: readonly Value[]): Tally {
    if (group.length === 0) {
      this.#whole ??= this.#begin(group);
      return this.#whole;
    }
    let level = this.#byGroup;
    const last = group.length - 1;
    for (let place = 0; place < last; place++) {
      const value = group[place] as Value;
      const known = level.get(value);
      const next: Level = known instanceof Map ? known : new Map();
      if (next !== known) level.set(value, next);
      level = next;
    }
    const known = level.get(group[last] as Value);
    if (known !== undefined && !(known instanceof Map)) return known;
    const tally = this.#begin(group);
    level.set(group[last] as Value, tally);
    return tally;
  }

  #begin(group: readonly Value[]): Tally {
    this.#hold();
    const tally = { group: [...group], rows: 0, n: 0, sum: 0, lost: 0, extreme: null, values: null };
    this.#tallies.push(tally);
    return tally;
  }

  #hold(): void {
    this.#held += 1;
    if (this.#held > this.#max) throw tooMuch();
  }

  #valueOf(tally: Tally): ResultRow["value"] {
    switch (this.#query.aggregate) {
      case "count":
        return tally.rows;
      case "sum":
        return finite(tally.sum + tally.lost);
      case "avg":
        return tally.n === 0 ? null : finite((tally.sum + tally.lost) / tally.n);
      case "min":
      case "max":
        return tally.extreme;
      case "count_distinct":
        return tally.values?.size ?? 0;
      case "median":
        return quantile(tally.values, 0.5);
      case "p95":
        return quantile(tally.values, 0.95);
    }
  }
}

export function tooMuch(): InvalidError {
  const message = `This has more than ${MAX_HELD.toLocaleString("en")} different groups or values; narrow it with a filter.`;
  return new InvalidError(message, [{ path: "", message, code: "too_many_groups" }], "too_many_groups");
}

/** Between neighbours as spreadsheets and `percentile_cont` do it. */
export function quantile(counts: ReadonlyMap<Value, number> | null, q: number): number | null {
  if (counts === null) return null;
  // Numbers by themselves are sorted many times as fast as pairs.
  const numbers = new Float64Array(counts.size);
  let [different, n] = [0, 0];
  for (const [value, times] of counts) {
    if (typeof value !== "number") continue;
    numbers[different++] = value;
    n += times;
  }
  if (n === 0) return null;
  const at = q * (n - 1);
  let seen = 0;
  let below: number | null = null;
  for (const value of numbers.subarray(0, different).sort()) {
    seen += counts.get(value) ?? 0;
    if (seen > Math.floor(at)) below ??= value;
    if (below !== null && seen > Math.ceil(at)) return below === value ? value : finite(below + (value - below) * (at - Math.floor(at)));
  }
  return below;
}

/** In the wanted order; equals by their groups, nothing always last. */
export function sortRows(query: Pick<Query, "sort">, rows: ResultRow[]): ResultRow[] {
  const { by, desc } = query.sort;
  const sign = desc ? -1 : 1;
  const of = (row: ResultRow) => (by === "value" ? row.value : (row.group[by] ?? null));
  return rows.sort((a, b) => {
    const [x, y] = [of(a), of(b)];
    if (x === null || y === null) return x === y ? byGroup(a, b) : x === null ? 1 : -1;
    return compareValues(x, y) * sign || byGroup(a, b);
  });
}

function byGroup(a: ResultRow, b: ResultRow): number {
  for (const [i, x] of a.group.entries()) {
    const y = b.group[i];
    const order = y === undefined ? 0 : compareValues(x, y);
    if (order !== 0) return order;
  }
  return 0;
}

/** JSON has no infinity: what is too large for a number has no value. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
