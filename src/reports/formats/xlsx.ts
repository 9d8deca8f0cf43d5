// XLSX, written as it is read. The sheets are ours rather than a library's because no library streams several: the responses, a sheet
// for each repeating group, and a summary in front. Cells are typed; text is text, whatever it looks like, so no formula can hide in it.
import { type ZipEntry, zip } from "../files/zip";
import type { Cell } from "../table/cells";
import type { ExportRow, ExportSource, StreamFormat } from "./format";
import { headsOf } from "./header";
import { rowsOf } from "./passing";
import { repeatTable } from "./xlsx/repeats";
import { Sheet, type SheetColumn } from "./xlsx/sheet";
import { summaryRows } from "./xlsx/summary";
import { sheetFile, workbookParts } from "./xlsx/workbook";

/** Excel's own limit, header included. */
const MAX_SHEET_ROWS = 1_048_576;
/** A part of a zip ends at 4 GB, and programs that open a workbook give up long before. */
const MAX_SHEET_CHARS = 1_000_000_000;
const SUMMARY_COLUMNS: readonly SheetColumn[] = [34, 40, 14, 14, 14, 14].map((width) => ({ label: "", width }));

export const xlsx: StreamFormat = {
  kind: "stream",
  name: "xlsx",
  extension: "xlsx",
  contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  choices: "value",
  write: (source) => zip(workbook(source, MAX_SHEET_ROWS), source.meta.madeAt),
};

/** `most`: rows in a sheet, its header included. */
export async function* workbook(source: ExportSource, most: number): AsyncGenerator<ZipEntry> {
  const { meta } = source;
  const tally = source.newTally();
  // The summary stands in front and is written last: only then is it known.
  const sheets = [{ name: "Summary", number: 1 }];
  const add = (wanted: string): string => {
    const name = sheetName(
      wanted,
      sheets.map((sheet) => sheet.name),
    );
    const number = sheets.push({ name, number: sheets.length + 1 });
    return sheetPath(number);
  };
  yield* sheetsOf("Responses", sheetColumns(source), seen(rowsOf(source)));
  for (const group of source.repeats) {
    const { columns, rows } = repeatTable(source, group);
    yield* sheetsOf(group.label, columns, rows);
  }
  const summary = new Sheet(SUMMARY_COLUMNS, meta.timezone, false);
  yield { path: sheetPath(1), data: summary.write(summaryRows(source, tally)) };
  yield* workbookParts(sheets, meta);

  /** One table, over as many sheets as it takes. */
  async function* sheetsOf(name: string, columns: readonly SheetColumn[], rows: AsyncGenerator<readonly Cell[]>): AsyncGenerator<ZipEntry> {
    let pending = await rows.next();
    do {
      const sheet = new Sheet(columns, meta.timezone);
      yield { path: add(name), data: sheet.write(some(sheet)) };
    } while (!pending.done);

    async function* some(sheet: Sheet): AsyncGenerator<readonly Cell[]> {
      for (let i = 1; i < most && sheet.written < MAX_SHEET_CHARS && !pending.done; i++) {
        yield pending.value;
        pending = await rows.next();
      }
    }
  }

  async function* seen(rows: AsyncGenerator<ExportRow>): AsyncGenerator<readonly Cell[]> {
    for await (const { cells } of rows) {
      tally.add(cells);
      yield cells;
    }
  }
}

function sheetPath(number: number): string {
  return `xl/${sheetFile(number)}`;
}

function sheetColumns({ columns, meta }: ExportSource): SheetColumn[] {
  const heads = headsOf(columns, meta.options);
  return columns.map((column, i) => ({ label: heads[i] ?? column.key, width: widthOf(column.type, heads[i] ?? "", column.field?.type) }));
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
