// A repeating group as a table of its own: one line for each turn, with the response it belongs to.
import { type Cell, isList } from "../../table/cells";
import type { RepeatGroup } from "../../table/columns";
import type { ExportSource } from "../format";
import { headsOf } from "../header";
import { rowsOf } from "../passing";
import type { SheetColumn } from "./sheet";

export interface RepeatTable {
  columns: SheetColumn[];
  rows: AsyncGenerator<readonly Cell[]>;
}

export function repeatTable(source: ExportSource, group: RepeatGroup): RepeatTable {
  const { columns, meta } = source;
  const places = columns.flatMap((column, i) => (column.repeat === group.path ? [i] : []));
  const heads = headsOf(
    places.flatMap((i) => columns[i] ?? []),
    meta.options,
  );
  const [response, turn] = meta.options.headers === "name" ? ["id", "turn"] : ["Response", "Turn"];
  return {
    columns: [
      { label: response, width: 34 },
      { label: turn, width: 8, isNumber: true },
      ...heads.map((label) => ({ label, width: Math.min(36, Math.max(18, label.length + 2)) })),
    ],
    rows: turnsOf(source, places),
  };
}

async function* turnsOf(source: ExportSource, places: readonly number[]): AsyncGenerator<readonly Cell[]> {
  for await (const { response, cells } of rowsOf(source)) {
    const lists = places.map((i) => cells[i] ?? null);
    const turns = Math.max(0, ...lists.map((cell) => (isList(cell) ? cell.length : 0)));
    for (let turn = 0; turn < turns; turn++) {
      yield [response.id, turn + 1, ...lists.map((cell) => (isList(cell) ? (cell[turn] ?? null) : null))];
    }
  }
}
