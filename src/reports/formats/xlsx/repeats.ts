// A repeating group as a sheet of its own: one line for each turn, with the response it belongs to.
import type { Cell } from "../../table/cells";
import { isList } from "../../table/cells";
import type { RepeatGroup } from "../../table/columns";
import type { ExportSource } from "../format";
import { labelsOf } from "../header";
import type { SheetColumn } from "./sheet";

export class RepeatSheets {
  /** Where in a row its columns stand. */
  readonly columns: number[];

  constructor(
    readonly source: ExportSource,
    readonly group: RepeatGroup,
  ) {
    this.columns = source.columns.flatMap((column, i) => (column.repeat === group.path ? [i] : []));
  }

  sheetColumns(): SheetColumn[] {
    const labels = labelsOf(this.columns.flatMap((i) => this.source.columns[i] ?? []));
    return [
      { label: "Response", width: 34 },
      { label: "Turn", width: 8 },
      ...labels.map((label) => ({ label, width: Math.min(50, Math.max(18, label.length + 2)) })),
    ];
  }

  async *rows(most: number): AsyncGenerator<readonly Cell[]> {
    let written = 0;
    for await (const page of this.source.pages()) {
      for (const { response, cells } of page) {
        const lists = this.columns.map((i) => cells[i] ?? null);
        const turns = Math.max(0, ...lists.map((cell) => (isList(cell) ? cell.length : 0)));
        for (let turn = 0; turn < turns && written < most; turn++) {
          written += 1;
          yield [response.id, turn + 1, ...lists.map((cell) => (isList(cell) ? (cell[turn] ?? null) : null))];
        }
      }
    }
  }
}
