// One worksheet as XML, row by row.
import { type Cell, cellText, isList, type MomentCell, numberText, type Scalar, wallClock } from "../../table/cells";
import { escapeXml } from "../xml";

export interface SheetColumn {
  label: string;
  width: number;
  /** Its values stand on the right, and so does its head. */
  isNumber?: boolean;
}

/** A cell that looks otherwise than its value alone would have it. */
export type StyledCell =
  | { text: string; style: "title" | "heading" | "numbers" | "wrapped" }
  | { number: number; style: "count" | "average" | "share" | "fact" }
  | { moment: MomentCell; style: "factMoment" };

export type SheetCell = Cell | StyledCell;

export interface SheetLook {
  /** The first row names the columns, stays in sight and is printed on each page. */
  hasHeader: boolean;
  /** The first column stands on the right. */
  fromRight: boolean;
  paper: "a4" | "letter";
}

/** Their places in the styles of workbook.ts. */
export const STYLES = {
  plain: 0,
  header: 1,
  date: 2,
  moment: 3,
  title: 4,
  heading: 5,
  text: 6,
  truth: 7,
  numbers: 8,
  wrapped: 9,
  count: 10,
  average: 11,
  share: 12,
  fact: 13,
  factMoment: 14,
  numberHeader: 15,
} as const;

/** As many letters of this width can still be read when a page is as wide as all columns. */
const MAX_FITTED_WIDTH = 220;
/** In the words of workbooks. */
const PAPERS = { a4: 9, letter: 1 } as const;

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
    readonly look: SheetLook,
  ) {}

  async *write(rows: AsyncIterable<readonly SheetCell[]> | Iterable<readonly SheetCell[]>): AsyncGenerator<Uint8Array> {
    let text = this.#head();
    let number = 0;
    if (this.look.hasHeader) {
      number = 1;
      const heads = this.columns.map(({ label, isNumber }, i) =>
        textCell(this.#ref(i), 1, label, isNumber ? STYLES.numberHeader : STYLES.header),
      );
      text += `<row r="1"${heightOf(
        this.columns.map((column) => linesIn(column.label, column.width)),
        MAX_HEAD_LINES,
      )}>${heads.join("")}</row>`;
    }
    for await (const cells of rows) {
      number += 1;
      let line = "";
      for (let i = 0; i < cells.length; i++) line += this.#cell(i, number, cells[i] ?? null);
      text += `<row r="${number}"${this.look.hasHeader ? "" : this.#height(cells)}>${line}</row>`;
      if (text.length > CHUNK_CHARS) {
        this.written += text.length;
        yield encoder.encode(text);
        text = "";
      }
    }
    const filter =
      this.look.hasHeader && number > 1 && this.columns.length > 0
        ? `<autoFilter ref="A1:${this.#ref(this.columns.length - 1)}${number}"/>`
        : "";
    yield encoder.encode(`${text}</sheetData>${filter}${this.#printing()}</worksheet>`);
  }

  get #isFitted(): boolean {
    return this.columns.reduce((sum, { width }) => sum + width, 0) <= MAX_FITTED_WIDTH;
  }

  /** A wide table that is not made to fit goes on to the right, page after page, before it goes down. */
  #printing(): string {
    const { hasHeader, paper } = this.look;
    const fitted = this.#isFitted ? ' fitToHeight="0"' : ' pageOrder="overThenDown"';
    const side = 'left="0.5" right="0.5" top="0.6" bottom="0.7" header="0.3" footer="0.3"';
    return `<pageMargins ${side}/><pageSetup paperSize="${PAPERS[paper]}"${fitted} orientation="${hasHeader ? "landscape" : "portrait"}"/><headerFooter><oddFooter>&amp;L&amp;A&amp;R&amp;P / &amp;N</oddFooter></headerFooter>`;
  }

  #head(): string {
    const { hasHeader, fromRight } = this.look;
    const fits = this.#isFitted ? '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>' : "";
    const frozen = hasHeader ? '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' : "";
    const widths = this.columns.map(({ width }, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`).join("");
    return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${fits}<sheetViews><sheetView${fromRight ? ' rightToLeft="1"' : ""} workbookViewId="0">${frozen}</sheetView></sheetViews><sheetFormatPr defaultRowHeight="${LINE_POINTS}"/>${widths === "" ? "" : `<cols>${widths}</cols>`}<sheetData>`;
  }

  #cell(column: number, row: number, cell: SheetCell): string {
    const ref = this.#ref(column);
    if (cell === null) return "";
    if (typeof cell === "object" && "style" in cell) return this.#styled(ref, row, cell);
    if (isList(cell)) {
      const only = cell.length === 1 ? cell[0] : undefined;
      return only !== undefined
        ? this.#scalar(ref, row, only)
        : textCell(ref, row, cellText(cell, { timezone: this.timezone, separator: "; " }), STYLES.text);
    }
    return this.#scalar(ref, row, cell);
  }

  #height(cells: readonly SheetCell[]): string {
    const wrapping = (cell: SheetCell) =>
      cell !== null && typeof cell === "object" && "text" in cell && (cell.style === "heading" || cell.style === "wrapped");
    return heightOf(
      cells.map((cell, i) => (wrapping(cell) ? linesIn((cell as { text: string }).text, this.columns[i]?.width ?? 1) : 1)),
      MAX_LINES,
    );
  }

  #styled(ref: string, row: number, cell: StyledCell): string {
    const style = STYLES[cell.style];
    if ("text" in cell) return textCell(ref, row, cell.text, style);
    if ("moment" in cell) return dayCell(ref, row, wallClock(cell.moment.at, this.timezone), style);
    return `<c r="${ref}${row}" s="${style}"><v>${cell.number}</v></c>`;
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

/** Signs that take the room of two. */
const WIDE = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]|\p{Extended_Pictographic}/gu;
const LINE_POINTS = 15;
/** Who asks at length does not fill the screen: the rest of it is in the summary. */
const MAX_HEAD_LINES = 4;
const MAX_LINES = 12;

/** About so many: who opens a workbook measures rows only by and by, and some never. */
function linesIn(text: string, width: number): number {
  // A column is measured in digits, and most letters are narrower.
  const room = width * 1.1;
  let lines = 0;
  for (const line of text.split("\n")) {
    let used = 0;
    lines += 1;
    for (const word of line.split(" ")) {
      const letters = word.length + (word.match(WIDE)?.length ?? 0);
      if (used > 0 && used + 1 + letters > room) {
        lines += 1;
        used = 0;
      }
      const broken = Math.ceil(letters / room) - 1;
      lines += Math.max(0, broken);
      used += (used > 0 ? 1 : 0) + letters - Math.max(0, broken) * room;
    }
  }
  return lines;
}

function heightOf(lines: readonly number[], limit: number): string {
  const most = Math.min(limit, Math.max(1, ...lines));
  return most === 1 ? "" : ` ht="${most * LINE_POINTS}" customHeight="1"`;
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
