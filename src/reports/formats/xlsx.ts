// XLSX, written as it is read. The sheets are ours rather than a library's because no library streams several: the responses, a sheet
// for each repeating group, and a summary in front. Cells are typed; text is text, whatever it looks like, so no formula can hide in it.
import { type ZipEntry, zip } from "../files/zip";
import type { Cell } from "../table/cells";
import type { ExportSource, StreamFormat } from "./format";
import { labelsOf } from "./header";
import { RepeatSheets } from "./xlsx/repeats";
import { Sheet, type SheetColumn } from "./xlsx/sheet";
import { summaryRows } from "./xlsx/summary";
import { workbookParts } from "./xlsx/workbook";

/** Excel's own limit, header included. */
const MAX_SHEET_ROWS = 1_048_576;

export const xlsx: StreamFormat = {
  kind: "stream",
  name: "xlsx",
  extension: "xlsx",
  contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  choices: "value",
  write: (source) => zip(parts(source), source.meta.madeAt),
};

async function* parts(source: ExportSource): AsyncGenerator<ZipEntry> {
  const names: string[] = [];
  const sheets: number[] = [];
  let made = 1;
  const next = (name: string): string => {
    made += 1;
    names.push(sheetName(name, names));
    sheets.push(made);
    return `xl/worksheets/sheet${made}.xml`;
  };
  const tally = source.newTally();
  const columns = sheetColumns(source);
  const rows = rowsOf(source, (cells) => tally.add(cells));
  let pending = await rows.next();
  do {
    const sheet = new Sheet(columns, source.meta.timezone);
    yield { path: next(sheets.length === 0 ? "Responses" : `Responses ${sheets.length + 1}`), data: sheet.write(limited()) };
  } while (!pending.done);
  for (const group of source.repeats) {
    const repeat = new RepeatSheets(source, group);
    if (repeat.columns.length > 0)
      yield {
        path: next(group.label),
        data: new Sheet(repeat.sheetColumns(), source.meta.timezone).write(repeat.rows(MAX_SHEET_ROWS - 1)),
      };
  }
  const summary = new Sheet(
    [
      { label: "", width: 34 },
      { label: "", width: 40 },
      { label: "", width: 14 },
      { label: "", width: 14 },
      { label: "", width: 14 },
    ],
    source.meta.timezone,
    false,
  );
  yield { path: "xl/worksheets/sheet1.xml", data: summary.write(summaryRows(source, tally)) };
  yield* workbookParts(
    [{ name: sheetName("Summary", names), number: 1 }, ...names.map((name, i) => ({ name, number: sheets[i] ?? 0 }))],
    source.meta,
  );

  /** What fits into one sheet; the next one goes on. */
  async function* limited(): AsyncGenerator<readonly Cell[]> {
    for (let i = 1; i < MAX_SHEET_ROWS && !pending.done; i++) {
      yield pending.value;
      pending = await rows.next();
    }
  }
}

async function* rowsOf(source: ExportSource, seen: (cells: readonly Cell[]) => void): AsyncGenerator<readonly Cell[]> {
  for await (const page of source.pages()) {
    for (const { cells } of page) {
      seen(cells);
      yield cells;
    }
  }
}

function sheetColumns({ columns, meta }: ExportSource): SheetColumn[] {
  const labels = meta.options.headers === "name" ? columns.map(({ key }) => key) : labelsOf(columns);
  return columns.map((column, i) => ({ label: labels[i] ?? column.key, width: widthOf(column.type, labels[i] ?? "", column.field?.type) }));
}

function widthOf(type: string, label: string, field: string | undefined): number {
  const least = type === "moment" ? 20 : type === "date" ? 12 : field === "long_text" ? 50 : type === "text" || type === "list" ? 22 : 12;
  return Math.min(60, Math.max(least, label.length + 2));
}

/** At most 31 characters, without those that Excel refuses, and different from the others. */
export function sheetName(wanted: string, taken: readonly string[]): string {
  const plain =
    wanted
      .replace(/[\\/?*[\]:]/g, " ")
      .replace(/^'+|'+$/g, "")
      .replace(/\s+/g, " ")
      .trim()
      .slice(0, 31)
      .trim() || "Sheet";
  const used = new Set(taken.map((name) => name.toLowerCase()));
  let name = plain;
  for (let n = 2; used.has(name.toLowerCase()); n++) name = `${plain.slice(0, 31 - String(n).length - 1)} ${n}`;
  return name;
}
