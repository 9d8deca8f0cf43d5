// pure. What the engine reads: some responses by column. A segment on disk, or rows of the tail laid out in the same way.
import type { FieldRef } from "../../../store";
import type { Dictionary } from "../segment/dictionary";
import { columnName } from "../segment/rows";
import type { Column } from "../segment/values";

/** What is known of a column without reading it: enough to see that a condition holds for all of its rows, or for none. */
export interface ColumnStats {
  missing: number;
  /** Of the numbers in it; null when it holds anything else, or none. */
  min: number | null;
  max: number | null;
}

export interface Block {
  /** Names what is in it: other rows have another key. Null: not worth remembering anything of. */
  readonly key: string | null;
  readonly rows: number;
  /** A 1 for each row that counts no more, because it was deleted or is told anew elsewhere; null when all count. */
  readonly dead: Uint8Array | null;
  /** What it takes in memory, where that is not counted elsewhere. */
  readonly held?: number;
  /** Null when no row has a value. */
  stats(name: string): ColumnStats | null;
  column(name: string): Column | null;
  /** Of a column that has one. */
  dictionary(name: string): Dictionary;
}

export function columnOf(field: FieldRef): string {
  return field.in === "column" ? columnName("column", field.name) : columnName(field.in, field.path.join("."));
}

/** Lists and objects are asked about by their members, everything else as it is. */
export function asksMembers(field: FieldRef): boolean {
  return field.in !== "column" && (field.kind === "list" || field.kind === "object");
}

export function isPresent(present: Uint8Array | null, row: number): boolean {
  return present === null || ((present[row >> 3] as number) & (1 << (row & 7))) !== 0;
}
