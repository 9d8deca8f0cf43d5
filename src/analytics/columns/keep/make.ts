// pure. From rows of the store to what is put on the shelf.
import type { ResponseRow } from "../../../store";
import { statsOf } from "../engine/laid-out";
import { readDictionary } from "../segment/dictionary";
import { pack } from "../segment/pack";
import { type ColumnRow, valuesByColumn } from "../segment/rows";
import { encodeColumn, readColumn } from "../segment/values";
import type { StoredColumn } from "./shelf";

export function toColumnRow({ seq, submittedAt, status, formVersion, meta, data }: ResponseRow): ColumnRow {
  return { seq, submittedAt, status, formVersion, meta, data };
}

/** Deleted and erased ones leave nothing: a restore tells them anew. */
export function liveRows(rows: readonly ResponseRow[]): ColumnRow[] {
  return rows.filter(({ deletedAt }) => deletedAt === null).map(toColumnRow);
}

export function makeColumns(rows: readonly ColumnRow[]): StoredColumn[] {
  return [...valuesByColumn(rows)].map(([name, given]) => {
    const { values, dictionary } = encodeColumn(given);
    return {
      name,
      stats: statsOf(readColumn(values), dictionary === null ? null : readDictionary(dictionary)),
      values: pack(values),
      dictionary: dictionary === null ? null : pack(dictionary),
    };
  });
}
