// pure. What the rows of a page add up to, by place; handed on once for each group.
import { compareValues, valuesIn } from "../../responses";
import type { FieldRef } from "../../store";
import { NumberTable, TextTable } from "../columns/engine/tables";
import { countedValues, needsNumbers, partKindOf, plus, type Sink } from "./accumulator";
import { NumberList } from "./number-list";
import type { PageBytes } from "./page-bytes";
import type { Query, Value } from "./types";

export interface Measure {
  /** One row there, and where in the page that lies which is measured. Places begin at 0, and none is left out. */
  add(place: number, from: number, to: number): void;
  /** `groups`: by place, all that its rows are in. */
  finish(sink: Sink, groups: readonly (readonly (readonly Value[])[])[]): void;
}

export function measureOf(query: Query, field: FieldRef | null, page: PageBytes): Measure {
  const part = partKindOf(query.aggregate);
  if (part === "rows" || field === null) return countRows();
  const measured = new Measured(query, field, page);
  if (part === "sum") return addUp(measured);
  if (part !== "values") return findExtreme(measured, part);
  return needsNumbers(query.aggregate) ? collectNumbers(measured) : tellApart(measured, page);
}

/** Reads what is measured. */
class Measured {
  readonly #query: Query;
  readonly #field: FieldRef;
  readonly #page: PageBytes;
  readonly #known = new TextTable();
  readonly #values: Value[][] = [];
  readonly #number: boolean;
  readonly #text: boolean;

  constructor(query: Query, field: FieldRef, page: PageBytes) {
    this.#query = query;
    this.#field = field;
    this.#page = page;
    // What a value that stands for itself means, whatever else the field may hold.
    this.#number = field.kind !== "boolean" && countedValues(query, [1]).length > 0;
    this.#text = field.kind !== "boolean" && countedValues(query, ["a"]).length > 0;
  }

  /** NaN where it is anything but one number that counts. */
  number(from: number, to: number): number {
    return this.#number ? this.#page.numberBetween(from, to) : Number.NaN;
  }

  /** Whether it is a text that counts and stands there between its quotes; to be asked before the page goes on. */
  isText(): boolean {
    return this.#text && this.#page.isPlainText;
  }

  text(from: number, to: number): string {
    return this.#page.textBetween(from + 1, to - 1);
  }

  /** A number for whatever stands there; the same for the same. */
  numberOf(from: number, to: number): number {
    const known = this.#known.place(this.#page.bytes, from, to, true);
    if (known === this.#values.length)
      this.#values.push(countedValues(this.#query, valuesIn(this.#field, JSON.parse(this.#page.textBetween(from, to)))));
    return known;
  }

  valuesOf(number: number): readonly Value[] {
    return this.#values[number] ?? [];
  }

  values(from: number, to: number): readonly Value[] {
    return this.valuesOf(this.numberOf(from, to));
  }
}

function countRows(): Measure {
  const rows: number[] = [];
  return {
    add: (place) => {
      rows[place] = (rows[place] ?? 0) + 1;
    },
    finish: (sink, groups) => eachGroup(groups, (group, place) => sink.addRows(group, rows[place] ?? 0)),
  };
}

function addUp(measured: Measured): Measure {
  const parts: { n: number; sum: number; lost: number }[] = [];
  return {
    add: (place, from, to) => {
      parts[place] ??= { n: 0, sum: 0, lost: 0 };
      const part = parts[place];
      const number = measured.number(from, to);
      if (!Number.isNaN(number)) plus(part, number);
      else for (const value of measured.values(from, to)) plus(part, Number(value));
    },
    finish: (sink, groups) =>
      eachGroup(groups, (group, place) => {
        sink.addSum(group, parts[place]?.n ?? 0, parts[place]?.sum ?? 0);
        sink.addSum(group, 0, parts[place]?.lost ?? 0);
      }),
  };
}

function findExtreme(measured: Measured, part: "least" | "greatest"): Measure {
  const sign = part === "least" ? -1 : 1;
  const found: (Value | null)[] = [];
  const offer = (place: number, value: Value) => {
    const held = found[place] ?? null;
    if (held === null || compareValues(value, held) * sign > 0) found[place] = value;
  };
  return {
    add: (place, from, to) => {
      if (place === found.length) found.push(null);
      const number = measured.number(from, to);
      if (!Number.isNaN(number)) offer(place, number);
      else if (measured.isText()) offer(place, measured.text(from, to));
      else for (const value of measured.values(from, to)) offer(place, value);
    },
    finish: (sink, groups) => eachGroup(groups, (group, place) => sink.addExtreme(group, found[place] ?? null)),
  };
}

function collectNumbers(measured: Measured): Measure {
  const lists: NumberList[] = [];
  return {
    add: (place, from, to) => {
      lists[place] ??= new NumberList();
      const list = lists[place];
      const number = measured.number(from, to);
      if (!Number.isNaN(number)) list.push(number);
      else for (const value of measured.values(from, to)) list.push(Number(value));
    },
    finish: (sink, groups) => eachGroup(groups, (group, place) => sink.addNumbers(group, lists[place]?.numbers ?? NONE)),
  };
}

const NONE = new Float64Array();

function tellApart(measured: Measured, page: PageBytes): Measure {
  /** Where texts lie: place, from, to. */
  const texts = new NumberList();
  const others = new NumberTable();
  return {
    add: (place, from, to) => {
      if (measured.isText()) {
        texts.push(place);
        texts.push(from + 1);
        texts.push(to - 1);
      } else others.place(place * MOST_ROWS + measured.numberOf(from, to));
    },
    finish: (sink, groups) => {
      eachGroup(groups, (group) => sink.addValue(group, null, 0));
      const { numbers } = texts;
      for (let i = 0; i < numbers.length; i += 3) {
        const [from, to] = [numbers[i + 1] as number, numbers[i + 2] as number];
        for (const group of groups[numbers[i] as number] ?? []) sink.addText(group, page.bytes, from, to);
      }
      for (let i = 0; i < others.size; i++) {
        const key = others.keyOf(i);
        const values = measured.valuesOf(key % MOST_ROWS);
        for (const group of groups[Math.floor(key / MOST_ROWS)] ?? []) for (const value of values) sink.addValue(group, value, 1);
      }
    },
  };
}

/** More than a page has. */
const MOST_ROWS = 2 ** 24;

function eachGroup(groups: readonly (readonly (readonly Value[])[])[], use: (group: readonly Value[], place: number) => void): void {
  for (const [place, all] of groups.entries()) for (const group of all) use(group, place);
}
