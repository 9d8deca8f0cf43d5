// pure. RFC 4180 as it comes in, read by bytes: each row knows where it ends in the file, so that a job can go on from there.
// The signs that matter are ASCII in every encoding that is read here.

const QUOTE = 0x22;
const CR = 0x0d;
const LF = 0x0a;

export interface Row {
  cells: string[];
  /** Bytes from the start of what was read to the row after this one. */
  end: number;
}

export const DELIMITERS = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof DELIMITERS)[number];
export type Encoding = "utf-8" | "windows-1252";

/** A row longer than this is a quotation mark that was never closed. */
export const MAX_ROW_BYTES = 2 * 1024 * 1024;

export class RowTooLongError extends Error {}

/** Call `push` with what comes, then `end`; a row that is not whole yet waits for more. */
export class CsvReader {
  #rest = new Uint8Array(0);
  #consumed = 0;
  readonly #delimiter: number;
  readonly #decoder: TextDecoder;

  constructor(delimiter: Delimiter, encoding: Encoding) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#decoder = new TextDecoder(encoding, { ignoreBOM: true, fatal: false });
  }

  push(bytes: Uint8Array): Row[] {
    this.#rest = joined(this.#rest, bytes);
    return this.#read(false);
  }

  end(): Row[] {
    return this.#read(true);
  }

  #read(isLast: boolean): Row[] {
    const rows: Row[] = [];
    const bytes = this.#rest;
    let start = 0;
    for (;;) {
      const row = this.#row(bytes, start, isLast);
      if (row === null) break;
      start = row.next;
      // An empty line is no row of empty cells.
      if (row.cells.length > 1 || row.cells[0] !== "") rows.push({ cells: row.cells, end: this.#consumed + start });
    }
    this.#consumed += start;
    this.#rest = bytes.slice(start);
    if (this.#rest.length > MAX_ROW_BYTES) throw new RowTooLongError();
    return rows;
  }

  #row(bytes: Uint8Array, start: number, isLast: boolean): { cells: string[]; next: number } | null {
    const cells: string[] = [];
    let at = start;
    if (at >= bytes.length) return null;
    for (;;) {
      const cell = bytes[at] === QUOTE ? this.#quoted(bytes, at) : this.#bare(bytes, at);
      if (cell.end >= bytes.length && !isLast) return null;
      cells.push(cell.text);
      at = cell.end;
      if (at >= bytes.length) return { cells, next: at };
      if (bytes[at] === this.#delimiter) {
        at++;
        if (at < bytes.length) continue;
        if (!isLast) return null;
        return { cells: [...cells, ""], next: at };
      }
      if (bytes[at] !== CR) return { cells, next: at + 1 };
      if (at + 1 >= bytes.length && !isLast) return null;
      return { cells, next: bytes[at + 1] === LF ? at + 2 : at + 1 };
    }
  }

  #bare(bytes: Uint8Array, start: number): { text: string; end: number } {
    let end = start;
    while (end < bytes.length && bytes[end] !== this.#delimiter && bytes[end] !== LF && bytes[end] !== CR) end++;
    return { text: this.#decoder.decode(bytes.subarray(start, end)), end };
  }

  #quoted(bytes: Uint8Array, start: number): { text: string; end: number } {
    let text = "";
    let from = start + 1;
    let at = from;
    for (; at < bytes.length; at++) {
      if (bytes[at] !== QUOTE) continue;
      text += this.#decoder.decode(bytes.subarray(from, at));
      if (bytes[at + 1] !== QUOTE) {
        // What follows the closing mark belongs to the cell, as every spreadsheet has it.
        const tail = this.#bare(bytes, at + 1);
        return { text: text + tail.text, end: tail.end };
      }
      text += '"';
      from = at + 2;
      at++;
    }
    return { text: text + this.#decoder.decode(bytes.subarray(from)), end: bytes.length };
  }
}

/** By the first line: what separates most of it, outside of quotation marks. */
export function guessDelimiter(start: string): Delimiter {
  const line = start.split("\n", 1)[0] ?? "";
  const counts = DELIMITERS.map((delimiter) => ({ delimiter, count: countOutside(line, delimiter) }));
  return counts.reduce((best, one) => (one.count > best.count ? one : best), { delimiter: ",", count: 0 } as {
    delimiter: Delimiter;
    count: number;
  }).delimiter;
}

function countOutside(line: string, sign: string): number {
  let count = 0;
  let inside = false;
  for (const char of line) {
    if (char === '"') inside = !inside;
    else if (char === sign && !inside) count++;
  }
  return count;
}

/** What is not UTF-8 was written by an old Excel. The end of a piece may cut a character in two, so it is not looked at. */
export function guessEncoding(start: Uint8Array): Encoding {
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(start, { stream: true });
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

export function bomLength(start: Uint8Array): number {
  return start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? 3 : 0;
}

export function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
