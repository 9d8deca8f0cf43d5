// One worksheet as XML, row by row.
import { type Cell, cellText, isList, numberText, type Scalar, wallClock } from "../../table/cells";
import { escapeXml } from "../xml";

export interface SheetColumn {
  label: string;
  width: number;
}

/** A cell that stands out: a title, a heading. */
export interface StyledCell {
  text: string;
  style: "title" | "heading";
}

export type SheetCell = Cell | StyledCell;

/** Their places in the styles of workbook.ts. */
export const STYLES = { plain: 0, header: 1, date: 2, moment: 3, title: 4, heading: 5, text: 6, truth: 7 } as const;

/** Excel's own limit; what is cut says so. */
const MAX_CELL = 32_767;
/** A double holds fifteen digits; a number with more is written as text, so that none of them is lost. */
const MAX_EXACT = 999_999_999_999_999;
const CHUNK_CHARS = 65_536;
const DAY = 86_400_000;
/** Day 0 of Excel's calendar, with the day in 1900 that it counts and that never was. */
const EPOCH = Date.UTC(1899, 11, 30);
const encoder = new TextEncoder();

export class Sheet {
  readonly #references: string[] = [];
  /** So many characters have been handed on. */
  written = 0;

  constructor(
    readonly columns: readonly SheetColumn[],
    readonly timezone: string,
    readonly hasHeader = true,
  ) {}

  async *write(rows: AsyncIterable<readonly SheetCell[]> | Iterable<readonly SheetCell[]>): AsyncGenerator<Uint8Array> {
    let text = this.#head();
    let number = 0;
    if (this.hasHeader) {
      number = 1;
      text += `<row r="1">${this.columns.map(({ label }, i) => textCell(this.#ref(i), 1, label, STYLES.header)).join("")}</row>`;
    }
    for await (const cells of rows) {
      number += 1;
      let line = "";
      for (let i = 0; i < cells.length; i++) line += this.#cell(i, number, cells[i] ?? null);
      text += `<row r="${number}">${line}</row>`;
      if (text.length > CHUNK_CHARS) {
        this.written += text.length;
        yield encoder.encode(text);
        text = "";
      }
    }
    const filter =
      this.hasHeader && number > 1 && this.columns.length > 0
        ? `<autoFilter ref="A1:${this.#ref(this.columns.length - 1)}${number}"/>`
        : "";
    yield encoder.encode(`${text}</sheetData>${filter}</worksheet>`);
  }

  #head(): string {
    const frozen = this.hasHeader ? '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' : "";
    const widths = this.columns.map(({ width }, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`).join("");
    return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0">${frozen}</sheetView></sheetViews>${widths === "" ? "" : `<cols>${widths}</cols>`}<sheetData>`;
  }

  #cell(column: number, row: number, cell: SheetCell): string {
    const ref = this.#ref(column);
    if (cell === null) return "";
    if (typeof cell === "object" && "style" in cell) return textCell(ref, row, cell.text, STYLES[cell.style]);
    if (isList(cell)) {
      const only = cell.length === 1 ? cell[0] : undefined;
      return only !== undefined
        ? this.#scalar(ref, row, only)
        : textCell(ref, row, cellText(cell, { timezone: this.timezone, separator: "; " }), STYLES.text);
    }
    return this.#scalar(ref, row, cell);
  }

  #scalar(ref: string, row: number, value: Scalar): string {
    if (value === null || value === "") return "";
    if (typeof value === "string") return textCell(ref, row, value, STYLES.text);
    if (typeof value === "boolean") return `<c r="${ref}${row}" s="${STYLES.truth}" t="b"><v>${value ? 1 : 0}</v></c>`;
    if (typeof value === "number") {
      if (!Number.isFinite(value)) return "";
      return Math.abs(value) > MAX_EXACT ? textCell(ref, row, numberText(value), STYLES.text) : `<c r="${ref}${row}"><v>${value}</v></c>`;
    }
    if ("date" in value) {
      const at = Date.parse(value.date);
      // Excel's calendar begins in 1900; what is before it, or no date, stays readable as text.
      return at >= Date.UTC(1900, 2, 1) ? dayCell(ref, row, at, STYLES.date) : textCell(ref, row, value.date, STYLES.text);
    }
    if ("file" in value) return textCell(ref, row, cellText(value, { timezone: this.timezone, separator: "; " }), STYLES.text);
    const shown = wallClock(value.at, this.timezone);
    if (shown < Date.UTC(1900, 2, 1)) return textCell(ref, row, cellText(value, { timezone: this.timezone, separator: "; " }), STYLES.text);
    return dayCell(ref, row, shown, STYLES.moment);
  }

  #ref(column: number): string {
    const known = this.#references[column];
    if (known !== undefined) return known;
    const made = columnName(column);
    this.#references[column] = made;
    return made;
  }
}

function dayCell(ref: string, row: number, at: number, style: number): string {
  return `<c r="${ref}${row}" s="${style}"><v>${(at - EPOCH) / DAY}</v></c>`;
}

function textCell(ref: string, row: number, text: string, style: number): string {
  return `<c r="${ref}${row}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escapeCell(text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text)}</t></is></c>`;
}

export function columnName(index: number): string {
  let name = "";
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  return name;
}

/** `_x0041_` in a workbook would be read as an A. */
export function escapeCell(text: string): string {
  const escaped = escapeXml(text);
  return escaped.includes("_x") ? escaped.replace(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_") : escaped;
}
