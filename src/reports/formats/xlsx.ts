// XLSX, written as it is read. The sheets are ours rather than a library's because no library streams several: the responses, a sheet
// for each repeating group, and a summary in front. Cells are typed; text is text, whatever it looks like, so no formula can hide in it.
import { type ZipEntry, zip } from "../files/zip";
import type { Cell } from "../table/cells";
import type { Column, ColumnType } from "../table/columns";
import type { ExportRow, ExportSource, StreamFormat } from "./format";
import { headsOf } from "./header";
import { isFromRight } from "./language";
import { rowsOf } from "./passing";
import { repeatTable } from "./xlsx/repeats";
import { Sheet, type SheetColumn } from "./xlsx/sheet";
import { summaryRows } from "./xlsx/summary";
import { sheetFile, workbookParts } from "./xlsx/workbook";

/** Excel's own limit, header included. */
const MAX_SHEET_ROWS = 1_048_576;
/** A part of a zip ends at 4 GB, and programs that open a workbook give up long before. */
const MAX_SHEET_CHARS = 1_000_000_000;
const SUMMARY_COLUMNS: readonly SheetColumn[] = [44, 36, 12, 12, 12, 12].map((width) => ({ label: "", width }));

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
  const look = { hasHeader: true, fromRight: isFromRight(source), paper: meta.options.paper ?? "a4" } as const;
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
  const summary = new Sheet(SUMMARY_COLUMNS, meta.timezone, { ...look, hasHeader: false });
  yield { path: sheetPath(1), data: summary.write(summaryRows(source, tally)) };
  yield* workbookParts(sheets, source);

  /** One table, over as many sheets as it takes. */
  async function* sheetsOf(name: string, columns: readonly SheetColumn[], rows: AsyncGenerator<readonly Cell[]>): AsyncGenerator<ZipEntry> {
    let pending = await rows.next();
    do {
      const sheet = new Sheet(columns, meta.timezone, look);
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
  return columns.map((column, i) => ({
    label: heads[i] ?? column.key,
    width: widthOf(column, heads[i] ?? ""),
    isNumber: column.type === "number",
  }));
}

/** As wide as its values are likely to be; a long question runs over several lines of its head. */
function widthOf({ key, type, field }: Column, label: string): number {
  const [least, most] = widthsOf(key, type, field?.type);
  return Math.min(most, Math.max(least, label.length + 2));
}

function widthsOf(key: string, type: ColumnType, field: string | undefined): readonly [least: number, most: number] {
  if (key === "id") return [34, 34];
  if (field === "long_text") return [50, 50];
  if (type === "text" || type === "list") return [20, 36];
  return type === "moment" ? [21, 24] : [12, 24];
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
