// pure. JSON Lines by bytes, each with the place where the next one begins.
import { joined, MAX_ROW_BYTES, RowTooLongError } from "./csv";

const LF = 0x0a;

export interface Line {
  text: string;
  end: number;
}

export class LineReader {
  #rest = new Uint8Array(0);
  #consumed = 0;
  readonly #decoder = new TextDecoder();

  push(bytes: Uint8Array): Line[] {
    const all = joined(this.#rest, bytes);
    const lines: Line[] = [];
    let start = 0;
    for (let at = all.indexOf(LF); at !== -1; at = all.indexOf(LF, start)) {
      this.#add(lines, all.subarray(start, at), this.#consumed + at + 1);
      start = at + 1;
    }
    this.#consumed += start;
    this.#rest = all.slice(start);
    if (this.#rest.length > MAX_ROW_BYTES) throw new RowTooLongError();
    return lines;
  }

  end(): Line[] {
    const lines: Line[] = [];
    this.#consumed += this.#rest.length;
    this.#add(lines, this.#rest, this.#consumed);
    this.#rest = new Uint8Array(0);
    return lines;
  }

  #add(lines: Line[], bytes: Uint8Array, end: number): void {
    const text = this.#decoder.decode(bytes).trim();
    if (text !== "") lines.push({ text, end });
  }
}
