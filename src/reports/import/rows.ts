// The rows of an uploaded file, from a place on: in memory there is never more than a piece of it.
import { unzipSync } from "fflate";
import { streamXlsxRows } from "hucre/xlsx";
import { InvalidError, TooLargeError } from "../../shared/errors";
import { FileWriter } from "../files/writer";
import { bomLength, CsvReader, type Delimiter, type Encoding, guessDelimiter, guessEncoding, RowTooLongError } from "./csv";
import { LineReader } from "./lines";

export const FORMATS = ["csv", "jsonl", "xlsx"] as const;
export type ImportFormat = (typeof FORMATS)[number];

export interface ImportRow {
  cells: Record<string, unknown>;
  /** Where the row after this one begins. */
  end: number;
  /** Of a line that is no JSON object. */
  problem?: string;
}

/** How a file is read, found out once when it comes. */
export interface Shape {
  format: ImportFormat;
  columns: string[];
  /** Where the first row of answers begins. */
  start: number;
  delimiter: Delimiter;
  encoding: Encoding;
}

const LOOKED_AT = 256 * 1024;
const MAX_COLUMNS = 1_000;
const SAMPLED_ROWS = 20;
const MAX_CELL = 50_000;
const MAX_UNPACKED_BYTES = 200 * 1024 * 1024;
const MAX_SHARED_BYTES = 30 * 1024 * 1024;

export function formatOf(fileName: string, contentType: string): ImportFormat | null {
  const ending = fileName.slice(fileName.lastIndexOf(".") + 1).toLowerCase();
  if (ending === "xlsx" || contentType.includes("spreadsheetml")) return "xlsx";
  if (ending === "jsonl" || ending === "ndjson" || /ndjson|jsonl|json-lines/.test(contentType)) return "jsonl";
  return ending === "csv" || ending === "tsv" || ending === "txt" || /csv|tab-separated|text\/plain/.test(contentType) ? "csv" : null;
}

export async function readShape(
  files: R2Bucket,
  key: string,
  format: ImportFormat,
): Promise<{ shape: Shape; samples: Record<string, unknown>[] }> {
  const object = await files.get(key, { range: { offset: 0, length: LOOKED_AT } });
  const bytes = object === null ? new Uint8Array(0) : await object.bytes();
  const encoding = guessEncoding(bytes);
  const bom = bomLength(bytes);
  const shape: Shape = {
    format: format === "xlsx" ? "jsonl" : format,
    columns: [],
    start: bom,
    delimiter: guessDelimiter(new TextDecoder(encoding).decode(bytes.subarray(bom))),
    encoding,
  };
  if (format === "csv") {
    const reader = new CsvReader(shape.delimiter, encoding);
    const [head] = complete(() => [...reader.push(bytes.subarray(bom)), ...reader.end()]);
    shape.columns = named(head?.cells ?? []);
    shape.start = bom + (head?.end ?? 0);
  } else {
    const lines = new LineReader();
    const names = new Set<string>();
    for (const { text } of complete(() => lines.push(bytes.subarray(bom))).slice(0, 200))
      for (const name of Object.keys(cellsOfLine(text) ?? {})) names.add(name);
    if (names.size === 0) for (const { text } of lines.end()) for (const name of Object.keys(cellsOfLine(text) ?? {})) names.add(name);
    shape.columns = [...names].slice(0, MAX_COLUMNS);
  }
  const samples: Record<string, unknown>[] = [];
  for await (const row of readRows(files, key, shape, shape.start)) {
    if (row.problem === undefined) samples.push(row.cells);
    if (samples.length === SAMPLED_ROWS) break;
  }
  return { shape, samples };
}

/** From `start` on, as the file lies in the bucket now. */
export async function* readRows(files: R2Bucket, key: string, shape: Shape, start: number): AsyncGenerator<ImportRow> {
  const head = await files.head(key);
  if (head === null || start >= head.size) return;
  const object = await files.get(key, { range: { offset: start } });
  if (object === null) return;
  const read = shape.format === "csv" ? csvRows(shape) : lineRows();
  const reader = object.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const rows = complete(() => (done ? read.end() : read.push(value)));
      for (const row of rows) yield { ...row, end: start + row.end };
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

interface RowReader {
  push(bytes: Uint8Array): ImportRow[];
  end(): ImportRow[];
}

function csvRows({ delimiter, encoding, columns }: Shape): RowReader {
  const reader = new CsvReader(delimiter, encoding);
  const toRow = ({ cells, end }: { cells: string[]; end: number }): ImportRow => {
    const row: Record<string, unknown> = Object.create(null);
    columns.forEach((name, at) => {
      row[name] = cells[at]?.slice(0, MAX_CELL) ?? "";
    });
    return { cells: row, end };
  };
  return { push: (bytes) => reader.push(bytes).map(toRow), end: () => reader.end().map(toRow) };
}

function lineRows(): RowReader {
  const reader = new LineReader();
  const toRow = ({ text, end }: { text: string; end: number }): ImportRow => {
    const cells = cellsOfLine(text);
    return cells === null ? { cells: {}, end, problem: "This line is not a JSON object." } : { cells, end };
  };
  return { push: (bytes) => reader.push(bytes).map(toRow), end: () => reader.end().map(toRow) };
}

/** A line as an export of ours has it holds its answers in `data`: they stand beside the rest, by their names. */
function cellsOfLine(text: string): Record<string, unknown> | null {
  try {
    const line: unknown = JSON.parse(text);
    if (line === null || typeof line !== "object" || Array.isArray(line)) return null;
    const { data, ...others } = line as Record<string, unknown>;
    const isOurs = data !== null && typeof data === "object" && !Array.isArray(data);
    return flat(isOurs ? { ...others, ...data } : (line as Record<string, unknown>));
  } catch {
    return null;
  }
}

/** Objects within by their path, one level down: `home.city`. */
function flat(line: Record<string, unknown>): Record<string, unknown> {
  const cells: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(line)) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) cells[name] = value;
    else for (const [part, inner] of Object.entries(value)) cells[`${name}.${part}`] = inner;
  }
  return cells;
}

/** The same column twice would be the same answer twice: the second is told apart by its place. */
function named(cells: readonly string[]): string[] {
  const seen = new Set<string>();
  return cells.slice(0, MAX_COLUMNS).map((cell, at) => {
    const base = cell.trim().slice(0, 200) || `Column ${at + 1}`;
    const name = seen.has(base) ? `${base} (${at + 1})` : base;
    seen.add(name);
    return name;
  });
}

/** A workbook's first sheet as JSON Lines beside it, so that its rows have places to go on from. */
export async function unpackWorkbook(files: R2Bucket, key: string, to: string): Promise<void> {
  const object = await files.get(key);
  if (object === null) throw new InvalidError("The file is gone.", []);
  const bytes = await object.bytes();
  assertNoBomb(bytes);
  const writer = new FileWriter(files, to, "application/x-ndjson", async () => {});
  const encoder = new TextEncoder();
  let columns: string[] | null = null;
  try {
    for await (const { values } of streamXlsxRows(bytes, { sheet: 0, readStyles: true })) {
      const cells = values.map(asText);
      if (cells.every((cell) => cell === null || cell === "")) continue;
      if (columns === null) columns = named(cells.map((cell) => String(cell ?? "")));
      else
        await writer.write(encoder.encode(`${JSON.stringify(Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? null])))}\n`));
    }
    await writer.finish();
  } catch (error) {
    throw new InvalidError("The workbook cannot be read.", [
      { path: "", code: "bad_file", message: error instanceof Error ? error.message.slice(0, 200) : "" },
    ]);
  }
}

/** By the sizes that the zip claims: a few kilobytes must not become gigabytes. Texts are shared, and held in memory as a whole. */
function assertNoBomb(bytes: Uint8Array): void {
  let total = 0;
  let isTooLarge = false;
  try {
    unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        total += originalSize;
        isTooLarge ||= total > MAX_UNPACKED_BYTES || (name.endsWith("sharedStrings.xml") && originalSize > MAX_SHARED_BYTES);
        return false;
      },
    });
  } catch {
    throw new InvalidError("The workbook cannot be read.", [{ path: "", code: "bad_file", message: "This is no XLSX file." }]);
  }
  if (isTooLarge) throw new TooLargeError("The workbook unpacks to too much; save it as CSV, or cut it into several.");
}

function asText(value: unknown): string | number | boolean | null {
  if (value instanceof Date) {
    const text = value.toISOString();
    return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.slice(0, 19);
  }
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

function complete<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RowTooLongError)) throw error;
    throw new InvalidError("The file cannot be read.", [
      { path: "", code: "row_too_long", message: "A row is longer than 2 MiB: a quotation mark is never closed, perhaps." },
    ]);
  }
}
