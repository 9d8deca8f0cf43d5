// pure. Responses in hand, laid out by column as a segment would be, without being written anywhere. Columns are made when asked for.
import { type Dictionary, readDictionary } from "../segment/dictionary";
import { type ColumnRow, valuesByColumn } from "../segment/rows";
import { type Column, encodeColumn, readColumn } from "../segment/values";
import type { Block, ColumnStats } from "./block";

export function layOut(rows: readonly ColumnRow[], dead: Uint8Array | null = null): Block {
  const values = valuesByColumn(rows);
  const made = new Map<string, { column: Column; dictionary: Dictionary | null }>();
  const make = (name: string) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const given = values.get(name);
    if (given === undefined) return null;
    const encoded = encodeColumn(given);
    const one = {
      column: readColumn(encoded.values),
      dictionary: encoded.dictionary === null ? null : readDictionary(encoded.dictionary),
    };
    made.set(name, one);
    return one;
  };
  return {
    key: null,
    rows: rows.length,
    dead,
    stats: (name) => {
      const one = make(name);
      return one === null ? null : statsOf(one.column, one.dictionary);
    },
    column: (name) => make(name)?.column ?? null,
    dictionary: (name) => needed(name, make(name)?.dictionary),
  };
}

/** As `layOut`, with every column made at once and the rows let go. */
export function frozen(rows: readonly ColumnRow[]): Block {
  const made = new Map<string, { column: Column; dictionary: Dictionary | null; stats: ColumnStats }>();
  let held = 0;
  for (const [name, given] of valuesByColumn(rows)) {
    const encoded = encodeColumn(given);
    const column = readColumn(encoded.values);
    const dictionary = encoded.dictionary === null ? null : readDictionary(encoded.dictionary);
    made.set(name, { column, dictionary, stats: statsOf(column, dictionary) });
    held += column.held + (dictionary?.held ?? 0);
  }
  return {
    key: null,
    rows: rows.length,
    dead: null,
    held,
    stats: (name) => made.get(name)?.stats ?? null,
    column: (name) => made.get(name)?.column ?? null,
    dictionary: (name) => needed(name, made.get(name)?.dictionary),
  };
}

function needed(name: string, dictionary: Dictionary | null | undefined): Dictionary {
  if (dictionary === null || dictionary === undefined) throw new Error(`The column ${name} has no dictionary.`);
  return dictionary;
}

export function statsOf(column: Column, dictionary: Dictionary | null): ColumnStats {
  const { missing } = column;
  if (column.kind === "numbers") return { missing, min: column.min, max: column.max };
  if (column.kind === "lists" || dictionary === null || dictionary.size === 0 || dictionary.numbers.length < dictionary.size) {
    return { missing, min: null, max: null };
  }
  return { missing, min: dictionary.numbers[0] ?? null, max: dictionary.numbers.at(-1) ?? null };
}
