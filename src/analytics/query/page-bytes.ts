// pure. A page of answers, read where it lies: rows of JSON values as a store hands them over, `[1,"a",[…]],[…]`, or `1,2` where each has
// one. Nothing is made for a value that is only looked at; JSON.parse would make an object of each row.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const [QUOTE, COMMA, MINUS, POINT, ZERO, NINE] = [0x22, 0x2c, 0x2d, 0x2e, 0x30, 0x39];
const [LIST, BACKSLASH, LIST_END, OBJECT, OBJECT_END] = [0x5b, 0x5c, 0x5d, 0x7b, 0x7d];

export class PageBytes {
  readonly bytes: Uint8Array;
  readonly #text: string;
  readonly #width: number;
  #at = 0;
  #plain = false;

  constructor(text: string, width: number) {
    this.#text = text;
    this.bytes = encoder.encode(text);
    this.#width = width;
  }

  /** To the first value of the next row; false when there is none. */
  nextRow(): boolean {
    const { bytes } = this;
    // Of lists from the end of one past what parts two.
    if (this.#width > 1) {
      while (this.#at < bytes.length && bytes[this.#at] !== LIST) this.#at += 1;
      this.#at += 1;
    }
    return this.#at < bytes.length;
  }

  /** Where the next value begins. */
  get at(): number {
    return this.#at;
  }

  /** Past a value; answers where it ends. */
  skip(): number {
    const { bytes } = this;
    const from = this.#at;
    let at = from;
    this.#plain = false;
    if (bytes[at] === QUOTE) {
      at += 1;
      while (bytes[at] !== QUOTE && bytes[at] !== BACKSLASH && at < bytes.length) at++;
      this.#plain = bytes[at] === QUOTE;
      at = this.#plain ? at + 1 : this.#endOfText(from);
    } else if (bytes[at] === LIST || bytes[at] === OBJECT) at = this.#endOfMany(at);
    else while (bytes[at] !== COMMA && bytes[at] !== LIST_END && at < bytes.length) at++;
    this.#at = at + 1;
    return at;
  }

  /** Whether what was skipped last is a text that stands there as it is. */
  get isPlainText(): boolean {
    return this.#plain;
  }

  textBetween(from: number, to: number): string {
    // In a page of plain letters places are the same in the text, which is there already.
    if (this.#text.length === this.bytes.length) return this.#text.slice(from, to);
    return decoder.decode(this.bytes.subarray(from, to));
  }

  /** NaN where no number stands. */
  numberBetween(from: number, to: number): number {
    const { bytes } = this;
    const negative = bytes[from] === MINUS;
    let [at, whole, decimals] = [negative ? from + 1 : from, 0, -1];
    for (; at < to; at++) {
      const byte = bytes[at] as number;
      if (byte >= ZERO && byte <= NINE) {
        whole = whole * 10 + byte - ZERO;
        if (decimals >= 0) decimals += 1;
      } else if (byte === POINT) decimals = 0;
      else break;
    }
    // Dividing is as exact as reading while both numbers are.
    if (at < to || to - from > MOST_DIGITS) return isNumber(bytes[from]) ? Number(this.textBetween(from, to)) + 0 : Number.NaN;
    const size = decimals > 0 ? whole / (POWERS[decimals] as number) : whole;
    // There is one nought.
    return negative ? 0 - size : size;
  }

  /** Of a list or an object, after its closing bracket. */
  #endOfMany(from: number): number {
    const { bytes } = this;
    let depth = 0;
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) at = this.#endOfText(at) - 1;
      else if (byte === LIST || byte === OBJECT) depth += 1;
      else if (byte === LIST_END || byte === OBJECT_END) {
        depth -= 1;
        if (depth === 0) return at + 1;
      }
    }
    return bytes.length;
  }

  /** After its closing quotation mark. */
  #endOfText(from: number): number {
    const { bytes } = this;
    let at = from + 1;
    while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
    return at + 1;
  }
}

/** Fewer than make a number that is not exact. */
const MOST_DIGITS = 15;
const POWERS = Array.from({ length: MOST_DIGITS + 1 }, (_, power) => 10 ** power);

function isNumber(first: number | undefined): boolean {
  return first !== undefined && (first === MINUS || (first >= ZERO && first <= NINE));
}
