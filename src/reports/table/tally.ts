// pure. What the rows of an export add up to, kept while they pass by: a summary costs no second reading.
import type { Cell, Scalar } from "./cells";
import { isList } from "./cells";
import type { Column } from "./columns";

export interface ColumnTally {
  column: Column;
  /** Responses that have a value here. */
  answered: number;
  numbers: { count: number; sum: number; min: number; max: number } | null;
  /** Of choices: how many responses chose each, in the order of the form. */
  choices: Map<string, number> | null;
  /** Of rankings: the places of each, added up. Who ranks everything has chosen everything, which says nothing. */
  places: Map<string, number> | null;
}

const CHOICES: ReadonlySet<string> = new Set(["select", "radio", "multi_select", "checkboxes", "ranking", "yes_no", "consent", "matrix"]);
/** Options that no version ever had cannot fill the memory. */
const MAX_CHOICES = 1_000;

export class Tally {
  readonly columns: readonly ColumnTally[];
  /** For each column whose cells hold the choices of several turns. */
  readonly #apart: readonly (((item: Scalar) => Scalar[]) | null)[];
  rows = 0;

  constructor(columns: readonly Column[]) {
    this.columns = columns.map((column) => ({
      column,
      answered: 0,
      numbers: null,
      choices: column.field !== null && CHOICES.has(column.field.type) ? new Map() : null,
      places: column.field?.type === "ranking" && column.repeat === null ? new Map() : null,
    }));
    this.#apart = columns.map((column) => (column.repeat === null ? null : apartBy(column)));
  }

  add(cells: readonly Cell[]): void {
    this.rows += 1;
    for (const [i, tally] of this.columns.entries()) {
      const cell = cells[i] ?? null;
      const items = (isList(cell) ? cell : [cell]).filter((item) => item !== null);
      if (items.length === 0) continue;
      tally.answered += 1;
      const apart = this.#apart[i] ?? null;
      if (tally.choices !== null) countChoices(tally.choices, apart === null ? items : items.flatMap(apart));
      if (tally.places !== null) addPlaces(tally.places, items);
      else for (const item of items) if (typeof item === "number") addNumber(tally, item);
    }
  }
}

function countChoices(choices: Map<string, number>, items: readonly Scalar[]): void {
  for (const item of new Set(items.map(choiceText))) {
    if (choices.has(item) || choices.size < MAX_CHOICES) choices.set(item, (choices.get(item) ?? 0) + 1);
  }
}

function addPlaces(places: Map<string, number>, items: readonly Scalar[]): void {
  for (const [i, item] of items.entries()) {
    const choice = choiceText(item);
    if (places.has(choice) || places.size < MAX_CHOICES) places.set(choice, (places.get(choice) ?? 0) + i + 1);
  }
}

/** What was chosen in one turn stands in one text: the form's own words part it, the longest first, for they may have commas. */
function apartBy({ field }: Column): (item: Scalar) => Scalar[] {
  const words = (field?.options ?? []).flatMap(({ value, label }) => [value, label]).sort((a, b) => b.length - a.length);
  return (item) => {
    if (typeof item !== "string") return [item];
    const found: string[] = [];
    for (let rest = item; rest !== ""; ) {
      const word = words.find((one) => rest === one || (one !== "" && rest.startsWith(`${one}, `)));
      // Not one of them, as a choice is that was written in by hand: it stays as it is.
      if (word === undefined) return [...found, rest];
      found.push(word);
      rest = rest.slice(word.length + 2);
    }
    return found;
  };
}

function choiceText(item: Scalar): string {
  return typeof item === "boolean" ? (item ? "Yes" : "No") : String(item);
}

function addNumber(tally: ColumnTally, value: number): void {
  const { numbers } = tally;
  tally.numbers =
    numbers === null
      ? { count: 1, sum: value, min: value, max: value }
      : { count: numbers.count + 1, sum: numbers.sum + value, min: Math.min(numbers.min, value), max: Math.max(numbers.max, value) };
}
