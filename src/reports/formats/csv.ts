// CSV by RFC 4180: lines end in CRLF, a cell with a quote, a delimiter or a line break stands in quotes.
import { cellText, isList } from "../table/cells";
import type { TextFormat } from "./format";
import { headerOf } from "./header";
import { linesOf } from "./lines";

export const csv: TextFormat = {
  kind: "text",
  name: "csv",
  extension: "csv",
  contentType: "text/csv; charset=utf-8",
  choices: "value",
  open: (source) => {
    const { options, timezone } = source.meta;
    const delimiter = options.delimiter ?? ",";
    const guard = options.formula_guard ?? true;
    const line = (cells: readonly string[]) => `${cells.map((text) => quoted(text, delimiter)).join(delimiter)}\r\n`;
    const writing = { timezone, separator: "; " };
    const text = (cell: Parameters<typeof cellText>[0]) => {
      const written = cellText(cell, writing);
      return guard && (typeof cell === "string" || isList(cell)) ? guarded(written) : written;
    };
    return {
      head: () => (options.bom === true ? "\u{FEFF}" : "") + line(headerOf(source).map((label) => (guard ? guarded(label) : label))),
      row: (row) =>
        linesOf(source, row)
          .map((cells) => line(cells.map(text)))
          .join(""),
      tail: () => "",
    };
  },
};

/**
 * Spreadsheets run what begins like this; a webhook's address in a cell is enough to carry a whole sheet away. Numbers with a sign
 * and telephone numbers begin so too and can do nothing: they stay as they are.
 */
export function guarded(text: string): string {
  return /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) && !/^[+-]?[\d\s().,/-]*$/.test(text) ? `'${text}` : text;
}

function quoted(text: string, delimiter: string): string {
  const needed = text.includes('"') || text.includes(delimiter) || text.includes("\n") || text.includes("\r") || text !== text.trim();
  return needed ? `"${text.replaceAll('"', '""')}"` : text;
}
