// Columns and vocabularies that are in memory, for all forms of an isolate together. What was asked for longest ago goes first.

/** With what one question needs besides, an isolate stays below 64 MB. */
export const MAX_HELD_BYTES = 40_000_000;
/** An entry of the map, an object and the heads of its arrays. */
const OVERHEAD = 600;

export interface Held {
  readonly held: number;
}

export class ColumnCache {
  readonly #entries = new Map<string, { value: Held; bytes: number }>();
  #bytes = 0;

  constructor(readonly max = MAX_HELD_BYTES) {}

  get bytes(): number {
    return this.#bytes;
  }

  get<T extends Held>(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value as T;
  }

  /** Again for the same value when it has grown. */
  put(key: string, value: Held): void {
    const before = this.#entries.get(key);
    if (before !== undefined) {
      this.#entries.delete(key);
      this.#bytes -= before.bytes;
    }
    const bytes = value.held + OVERHEAD;
    // What is larger than everything else together would only push it out.
    if (bytes > this.max) return;
    this.#entries.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#entries) {
      if (this.#bytes <= this.max) return;
      this.#entries.delete(oldest);
      this.#bytes -= freed;
    }
  }

  forget(prefix: string): void {
    for (const [key, { bytes }] of this.#entries) {
      if (!key.startsWith(prefix)) continue;
      this.#entries.delete(key);
      this.#bytes -= bytes;
    }
  }
}
