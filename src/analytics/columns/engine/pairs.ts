// pure. Rows of one block on their way through a question: which row, and which combination of groups so far. A row that gives several
// values stands there several times, one that gives none no more.

type Keys = Uint32Array | Float64Array;

function keysFor(combinations: number, capacity: number): Keys {
  return combinations <= 2 ** 32 ? new Uint32Array(capacity) : new Float64Array(capacity);
}

export class Pairs {
  length = 0;
  rows: Uint32Array;
  keys: Keys;

  /** `combinations`: how many keys there can be. */
  constructor(
    capacity: number,
    readonly combinations: number,
  ) {
    this.rows = new Uint32Array(capacity);
    this.keys = keysFor(combinations, capacity);
  }

  /** The rows of a block that the mask and the dead leave. */
  select(rows: number, mask: Uint8Array | true, dead: Uint8Array | null): void {
    this.#reserve(rows);
    const out = this.rows;
    let length = 0;
    if (mask === true && dead === null) {
      for (let i = 0; i < rows; i++) out[i] = i;
      length = rows;
    } else if (mask === true) {
      for (let i = 0; i < rows; i++) if (dead?.[i] !== 1) out[length++] = i;
    } else {
      for (let i = 0; i < rows; i++) if (mask[i] === 1 && dead?.[i] !== 1) out[length++] = i;
    }
    this.length = length;
    this.keys.fill(0, 0, length);
  }

  push(row: number, key: number): void {
    if (this.length === this.rows.length) this.#reserve(this.length * 2);
    this.rows[this.length] = row;
    this.keys[this.length] = key;
    this.length += 1;
  }

  #reserve(capacity: number): void {
    if (capacity <= this.rows.length) return;
    const rows = new Uint32Array(capacity);
    rows.set(this.rows);
    this.rows = rows;
    const keys = keysFor(this.combinations, capacity);
    keys.set(this.keys);
    this.keys = keys;
  }
}
