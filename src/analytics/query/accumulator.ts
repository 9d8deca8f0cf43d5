// pure. Parts of an answer, added up: from one response, from a page that a store has summed, from a segment of columns. Whoever
// hands in the same parts, in whatever portions, gets the same answer.
import { compareValues } from "../../responses";
import { InvalidError } from "../../shared/errors";
import type { Counted } from "../../store";
import { NumberTable, TextTable } from "../columns/engine/tables";
import { NumberList } from "./number-list";
import { finite, quantile, quantileOfList } from "./quantile";
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
  place: number;
  group: readonly Value[];
  rows: number;
  n: number;
  sum: number;
  /** What adding has rounded away so far (Neumaier). */
  lost: number;
  extreme: Value | null;
  values: Map<Value, number> | null;
  /** Numbers that are not in `values` yet. */
  numbers: NumberList | null;
  /** Different ones, which are not in `values`. */
  texts: number;
}

type Level = Map<Value, Level | Tally>;

/** With what adding rounds away kept beside (Neumaier). */
export function plus(to: Pick<Tally, "n" | "sum" | "lost">, number: number, n = 1): void {
  const total = to.sum + number;
  to.n += n;
  to.lost += Math.abs(to.sum) >= Math.abs(number) ? to.sum - total + number : number - total + to.sum;
  to.sum = total;
}

/** Where the parts of an answer go. */
export type Sink = Pick<Accumulator, "addRows" | "addSum" | "addExtreme" | "addValue" | "addNumbers" | "addText">;

/** So many responses alike: the values of each of their groups, and of the field. Each counts once for every combination of the former. */
export function sinkResponse(sink: Sink, query: Query, groups: readonly (readonly Value[])[], values: readonly Value[], times = 1): void {
  const part = partKindOf(query.aggregate);
  const combined = groups.reduce<Value[][]>((heads, more) => heads.flatMap((head) => more.map((value) => [...head, value])), [[]]);
  for (const group of combined) sinkInGroup(sink, part, group, values, times);
}

/** `group` may be used again by the caller. */
function sinkInGroup(sink: Sink, part: PartKind, group: readonly Value[], values: readonly Value[], times: number): void {
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
    addNumbers: (group, numbers) => sink.addNumbers(within(group), numbers),
    addText: (group, bytes, from, to) => sink.addText(within(group), bytes, from, to),
  };
}

const encoder = new TextEncoder();
/** More than there can be texts. */
const MOST_TEXTS = 2 ** 24;

export class Accumulator {
  /** Of texts that are only counted nothing is held but their hashes: a Map would take most of the time. */
  readonly #texts = new TextTable();
  /** Which tally has which text. */
  readonly #textsOf = new NumberTable();
  #listed = 0;
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
    plus(this.#tally(group), sum, n);
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
    if (typeof value === "string" && this.#query.aggregate === "count_distinct") {
      const bytes = encoder.encode(value);
      this.#addText(tally, bytes, 0, bytes.length);
    } else this.#addTimes(tally, value, times);
  }

  /** Numbers, each of which one response gave, to take a quantile of. */
  addNumbers(group: readonly Value[], numbers: Float64Array): void {
    const tally = this.#tally(group);
    tally.numbers ??= new NumberList();
    tally.numbers.pushAll(numbers);
    this.#listed += numbers.length;
    if (this.#listed > this.#max) this.#unlist();
  }

  /** One text that somebody gave, to be told from others. */
  addText(group: readonly Value[], bytes: Uint8Array, from: number, to: number): void {
    this.#addText(this.#tally(group), bytes, from, to);
  }

  #addText(tally: Tally, bytes: Uint8Array, from: number, to: number): void {
    const known = this.#texts.size + this.#textsOf.size;
    const text = this.#texts.place(bytes, from, to, true);
    if (tally !== this.#whole) this.#textsOf.place(tally.place * MOST_TEXTS + text);
    if (this.#texts.size + this.#textsOf.size === known) return;
    this.#hold();
    tally.texts += 1;
  }

  #addTimes(tally: Tally, value: Value, times: number): void {
    tally.values ??= new Map();
    const known = tally.values.get(value);
    if (known === undefined) this.#hold();
    tally.values.set(value, (known ?? 0) + times);
  }

  /** Of numbers that many gave, one is held. */
  #unlist(): void {
    this.#listed = 0;
    for (const tally of this.#tallies) {
      for (const number of tally.numbers?.numbers ?? []) this.#addTimes(tally, number, 1);
      tally.numbers = null;
    }
  }

  /** Sorted and cut as the query wants it. */
  finish(scannedRows: number): QueryResult {
    if (this.#tallies.some(({ values }) => values !== null)) this.#unlist();
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
    const place = this.#tallies.length;
    const tally = { place, group: [...group], rows: 0, n: 0, sum: 0, lost: 0, extreme: null, values: null, numbers: null, texts: 0 };
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
        return (tally.values?.size ?? 0) + tally.texts;
      case "median":
        return this.#quantileOf(tally, 0.5);
      case "p95":
        return this.#quantileOf(tally, 0.95);
    }
  }

  /** All of its numbers are in one of both. */
  #quantileOf({ values, numbers }: Tally, q: number): number | null {
    return numbers === null ? quantile(values, q) : quantileOfList(numbers.numbers, q);
  }
}

export function tooMuch(): InvalidError {
  const message = `This has more than ${MAX_HELD.toLocaleString("en")} different groups or values; narrow it with a filter.`;
  return new InvalidError(message, [{ path: "", message, code: "too_many_groups" }], "too_many_groups");
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
