// pure. The first rows of an answer in the wanted order, without making rows of all the groups there are.
import { sortRows } from "../../query/accumulator";
import type { Query, ResultRow } from "../../query/types";
import type { Answer } from "./aggregate";
import type { Dimension } from "./dimension";
import { select } from "./select";

/** So many are simply made and sorted. */
const FEW = 4_000;

export interface Grouped {
  dimensions: readonly Dimension[];
  /** Groups that a row fell into. */
  places: readonly number[] | Uint32Array;
  /** The combination behind a place. */
  keyOf(place: number): number;
  valueOf(place: number): Answer;
}

export function firstRows(query: Query, grouped: Grouped): ResultRow[] {
  const { dimensions } = grouped;
  const kept = firstPlaces(query, grouped);
  const idsOf = kept.map((place) => idsIn(grouped.keyOf(place), dimensions));
  const values = dimensions.map((dimension, d) => dimension.valuesOf(new Set(idsOf.map((ids) => ids[d] as number))));
  const rows = kept.map((place, i) => ({
    group: dimensions.map((_, d) => values[d]?.get(idsOf[i]?.[d] as number) as ResultRow["group"][number]),
    value: grouped.valueOf(place),
  }));
  return sortRows(query, rows).slice(0, query.limit);
}

/** A key is the numbers of its groups, the last one changing fastest. */
function idsIn(key: number, dimensions: readonly Dimension[]): number[] {
  const ids: number[] = [];
  let rest = key;
  for (const { size } of dimensions.toReversed()) {
    ids.unshift((rest % size) + 1);
    rest = Math.floor(rest / size);
  }
  return ids;
}

/** All that may be in the reply, and not many more. */
function firstPlaces(query: Query, grouped: Grouped): number[] {
  const { places, dimensions } = grouped;
  const { by, desc } = query.sort;
  if (places.length <= Math.max(FEW, query.limit)) return [...places];
  if (by !== "value") {
    const order = [by, ...dimensions.keys().filter((d) => d !== by)];
    return byGroups([...places], order, query.limit, desc, grouped);
  }
  const numbers = new Float64Array(places.length);
  for (let i = 0; i < numbers.length; i++) {
    const value = grouped.valueOf(places[i] as number);
    // Texts are few enough to be sorted as they are, or patience is needed.
    if (typeof value === "string") return [...places];
    numbers[i] = value === null ? Number.POSITIVE_INFINITY : Number(value) * (desc ? -1 : 1);
  }
  const cut = select(numbers.slice(), query.limit - 1, 0, numbers.length);
  const better: number[] = [];
  const equal: number[] = [];
  for (let i = 0; i < numbers.length; i++) {
    if ((numbers[i] as number) < cut) better.push(places[i] as number);
    else if (numbers[i] === cut) equal.push(places[i] as number);
  }
  const order = [...dimensions.keys()];
  return [...better, ...byGroups(equal, order, query.limit - better.length, false, grouped)];
}

/** By the first of these groups, among equals by the next; only the first may descend. */
function byGroups(places: number[], order: readonly number[], limit: number, descending: boolean, grouped: Grouped): number[] {
  const [d, ...rest] = order;
  const dimension = d === undefined ? undefined : grouped.dimensions[d];
  if (d === undefined || dimension === undefined || places.length <= Math.max(FEW, limit)) return places;
  const wanted = new Uint8Array(dimension.size + 1);
  const stride = grouped.dimensions.slice(d + 1).reduce((product, { size }) => product * size, 1);
  const idOf = (place: number) => (Math.floor(grouped.keyOf(place) / stride) % dimension.size) + 1;
  const counts = new Uint32Array(dimension.size + 1);
  for (const place of places) {
    const id = idOf(place);
    wanted[id] = 1;
    counts[id] = (counts[id] as number) + 1;
  }
  const whole = new Set<number>();
  let room = limit;
  for (const id of dimension.first(wanted, limit, descending)) {
    const count = counts[id] as number;
    if (count > room) {
      const taken = places.filter((place) => whole.has(idOf(place)));
      const last = places.filter((place) => idOf(place) === id);
      return room === 0 ? taken : [...taken, ...byGroups(last, rest, room, false, grouped)];
    }
    whole.add(id);
    room -= count;
  }
  return places.filter((place) => whole.has(idOf(place)));
}
