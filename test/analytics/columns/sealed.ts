// A block that has been through bytes, as one read from disk.
import type { Block } from "../../../src/analytics/columns/engine/block";
import { statsOf } from "../../../src/analytics/columns/engine/laid-out";
import { readDictionary } from "../../../src/analytics/columns/segment/dictionary";
import { pack, unpack } from "../../../src/analytics/columns/segment/pack";
import { type ColumnRow, valuesByColumn } from "../../../src/analytics/columns/segment/rows";
import { encodeColumn, readColumn } from "../../../src/analytics/columns/segment/values";

export function sealed(key: string, rows: readonly ColumnRow[], dead: Uint8Array | null = null): Block {
  const columns = new Map(
    [...valuesByColumn(rows)].map(([name, values]) => {
      const { values: raw, dictionary } = encodeColumn(values);
      const column = readColumn(unpack(pack(raw)));
      return [name, { column, dictionary: dictionary === null ? null : readDictionary(unpack(pack(dictionary))) }];
    }),
  );
  return {
    key,
    rows: rows.length,
    dead,
    stats: (name) => {
      const one = columns.get(name);
      return one === undefined ? null : statsOf(one.column, one.dictionary);
    },
    column: (name) => columns.get(name)?.column ?? null,
    dictionary: (name) => {
      const dictionary = columns.get(name)?.dictionary;
      if (dictionary === null || dictionary === undefined) throw new Error("no dictionary");
      return dictionary;
    },
  };
}
