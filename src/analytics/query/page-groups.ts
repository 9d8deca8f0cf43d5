// pure. The rows of one page, put into their groups and added up there before anything is handed on. Groups are told apart by the bytes
// of what a row holds in them; only what differs is read as JSON, all at once.
import { valuesIn } from "../../responses";
import type { FieldRef } from "../../store";
import { TextTable } from "../columns/engine/tables";
import { partKindOf, type Sink } from "./accumulator";
import { bucketReader } from "./clock";
import { PageBytes } from "./page-bytes";
import { measureOf } from "./page-measures";
import type { Query, Value } from "./types";

const SUBMITTED_AT: FieldRef = { in: "column", name: "submitted_at", kind: "time" };

/** What is wanted of each response, in this order: when it came, what its groups hold, what is taken the aggregate of. */
export function fieldsOf(query: Query): FieldRef[] {
  const { times, values } = partsOf(query);
  const measured = measuredOf(query);
  return [...(times.length === 0 ? [] : [SUBMITTED_AT]), ...values.map(({ ref }) => ref), ...(measured === null ? [] : [measured])];
}

/** To count a field is to count whole responses: the condition has seen to it that they answered it. */
function measuredOf({ aggregate, field }: Query): FieldRef | null {
  return partKindOf(aggregate) === "rows" ? null : (field?.ref ?? null);
}

function partsOf({ groups }: Query) {
  return { times: groups.filter((group) => group.by !== "value"), values: groups.filter((group) => group.by === "value") };
}

export function groupPage(sink: Sink, query: Query, text: string, span: readonly [number, number]): void {
  const { times, values } = partsOf(query);
  const buckets = times.map(({ by, zone }) => bucketReader(by, zone, span));
  const page = new PageBytes(text, fieldsOf(query).length);
  const places = new Places(page, query);
  const measured = measuredOf(query);
  const measure = measureOf(query, measured, page);
  while (page.nextRow()) {
    let time = 0;
    if (buckets.length > 0) {
      const from = page.at;
      const instant = page.numberBetween(from, page.skip());
      time = places.timeOf(
        buckets.length === 1 ? (buckets[0]?.(instant) ?? 0) : JSON.stringify(buckets.map((bucketOf) => bucketOf(instant))),
      );
    }
    const from = page.at;
    let to = from;
    for (let i = 0; i < values.length; i++) to = page.skip();
    const place = places.placeOf(time, from, to);
    const at = page.at;
    measure.add(place, at, measured === null ? at : page.skip());
  }
  measure.finish(sink, places.groups());
}

/** Numbers from 0 for what the rows of a page hold in their groups. */
class Places {
  readonly #page: PageBytes;
  readonly #query: Query;
  readonly #keys = new TextTable();
  readonly #keyTexts: string[] = [];
  readonly #times = new Map<Value, number>();
  #lastTime: [shown: Value, time: number] | null = null;
  /** By time, then by key. */
  readonly #known: number[][] = [];
  readonly #made: [time: number, key: number][] = [];

  constructor(page: PageBytes, query: Query) {
    this.#page = page;
    this.#query = query;
  }

  timeOf(shown: Value): number {
    // Responses lie in order of time.
    if (this.#lastTime?.[0] === shown) return this.#lastTime[1];
    const time = this.#times.get(shown) ?? this.#times.size;
    this.#times.set(shown, time);
    this.#lastTime = [shown, time];
    return time;
  }

  placeOf(time: number, from: number, to: number): number {
    const key = from === to ? 0 : this.#keys.place(this.#page.bytes, from, to, true);
    if (key === this.#keyTexts.length) this.#keyTexts.push(this.#page.textBetween(from, to));
    this.#known[time] ??= [];
    const known = this.#known[time] as number[];
    const place = known[key];
    if (place !== undefined) return place;
    known[key] = this.#made.length;
    return this.#made.push([time, key]) - 1;
  }

  /** By place: the groups that its rows are in, which are several where there are lists, and none where something is missing. */
  groups(): Value[][][] {
    const { groups } = this.#query;
    const { times, values } = partsOf(this.#query);
    const held = (JSON.parse(`[[${this.#keyTexts.join("],[")}]]`) as unknown[][]).map((raws) =>
      values.map(({ ref }, i) => valuesIn(ref, raws[i])),
    );
    const shown = [...this.#times.keys()].map((one) => (times.length === 1 ? [one] : (JSON.parse(String(one)) as Value[])));
    return this.#made.map(([time, key]) => {
      const [ofTime, ofKey] = [shown[time]?.values(), held[key]?.values()];
      const each = groups.map((group) => (group.by === "value" ? (ofKey?.next().value ?? []) : [ofTime?.next().value ?? 0]));
      return each.reduce<Value[][]>((heads, more) => heads.flatMap((head) => more.map((value) => [...head, value])), [[]]);
    });
  }
}
