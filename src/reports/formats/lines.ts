// pure. One response as one line of a table; or, where repeating groups are asked for as rows, one line for each turn.
import { type Cell, isList } from "../table/cells";
import type { ExportRow, ExportSource } from "./format";

export function linesOf({ columns, meta, repeats }: Pick<ExportSource, "columns" | "meta" | "repeats">, { cells }: ExportRow): Cell[][] {
  if (meta.options.repeats !== "rows" || repeats.length === 0) return [[...cells]];
  let turns = 1;
  for (const [i, column] of columns.entries()) {
    const cell = cells[i] ?? null;
    if (column.repeat !== null && isList(cell)) turns = Math.max(turns, cell.length);
  }
  return Array.from({ length: turns }, (_, turn) => [
    ...cells.map((cell, i) => {
      if (columns[i]?.repeat == null) return cell;
      return isList(cell) ? (cell[turn] ?? null) : null;
    }),
    turn + 1,
  ]);
}
