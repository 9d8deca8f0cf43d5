// L1: what this isolate holds. Least recently used goes first, by number and by bytes.

export interface Entry {
  /** The serialised value, exactly as it goes on the wire. */
  readonly body: string;
  readonly etag: string;
  /** The versions of its tags when it was made. With other versions it is somebody else's past. */
  readonly versions: string;
  readonly freshUntil: number;
  readonly staleUntil: number;
  /** When this isolate lets go of it, fresh or not. */
  readonly heldUntil: number;
  /** `body` parsed, on first use; frozen, for every later request sees the same object. */
  parsed?: { readonly value: unknown };
}

// Two bytes a character, as much again for the parsed form, and the objects around it.
const sizeOf = (key: string, entry: Entry) => 2 * key.length + 4 * entry.body.length + 400;

export class Memory {
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(
    readonly maxEntries: number,
    readonly maxBytes: number,
  ) {}

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    // A Map keeps the order of insertion: putting it back makes it the most recently used.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  set(key: string, entry: Entry): void {
    this.delete(key);
    const size = sizeOf(key, entry);
    // One giant must not push out everything else.
    if (size > this.maxBytes / 4) return;
    this.#entries.set(key, entry);
    this.#bytes += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.maxEntries && this.#bytes <= this.maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= sizeOf(key, entry);
  }
}

export function parsedValue(entry: Entry): unknown {
  entry.parsed ??= { value: deepFreeze(JSON.parse(entry.body)) };
  return entry.parsed.value;
}

function deepFreeze(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}
