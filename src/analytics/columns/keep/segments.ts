// The segments of one form as the engine reads them: from the shelf, through the cache of the isolate.
import type { Block, ColumnStats } from "../engine/block";
import { type Dictionary, readDictionary } from "../segment/dictionary";
import { DamagedSegment, unpack } from "../segment/pack";
import { SEQ } from "../segment/rows";
import { type Column, readColumn } from "../segment/values";
import type { ColumnCache } from "./cache";
import type { Part, SegmentHead, Shelf } from "./shelf";
import { placeOf } from "./tail";

export class Segments {
  #heads: SegmentHead[];
  readonly #stats = new Map<string, Map<number, ColumnStats>>();
  readonly #dead = new Map<number, Uint8Array>();

  /** `form` names these segments among all that the cache holds. */
  constructor(
    readonly shelf: Shelf,
    readonly cache: ColumnCache,
    readonly form: string,
  ) {
    this.#heads = shelf.segments();
  }

  get heads(): readonly SegmentHead[] {
    return this.#heads;
  }

  get rows(): number {
    return this.#heads.reduce((sum, { rows }) => sum + rows, 0);
  }

  ofShard(shard: number): SegmentHead[] {
    return this.#heads.filter((head) => head.shard === shard);
  }

  last(shard: number): SegmentHead | undefined {
    return this.ofShard(shard).at(-1);
  }

  holding(shard: number, seq: number): SegmentHead | undefined {
    return this.#heads.find((head) => head.shard === shard && head.firstSeq <= seq && seq <= head.lastSeq);
  }

  /** After the shelf has changed. */
  reload(): void {
    this.#heads = this.shelf.segments();
    this.#stats.clear();
    const known = new Set(this.#heads.map(({ id }) => id));
    for (const id of this.#dead.keys()) if (!known.has(id)) this.#dead.delete(id);
  }

  forget(id: number): void {
    this.cache.forget(`${this.form}/${id}/`);
    this.#dead.delete(id);
  }

  bury(head: SegmentHead, seqs: readonly number[]): void {
    if (head.rows === 0) return;
    const dead = this.#dead.get(head.id) ?? new Uint8Array(head.rows);
    const all = this.#seqsOf(head);
    for (const seq of seqs) {
      const place = placeOf(all, seq);
      if (place >= 0) dead[place] = 1;
    }
    this.#dead.set(head.id, dead);
  }

  blocks(): Block[] {
    return this.#heads.filter(({ rows }) => rows > 0).map((head) => this.#block(head));
  }

  keys(): Set<string> {
    return new Set(this.#heads.map(({ id }) => this.#keyOf(id)));
  }

  #keyOf(id: number): string {
    return `${this.form}/${id}`;
  }

  #block({ id, rows }: SegmentHead): Block {
    return {
      key: this.#keyOf(id),
      rows,
      dead: this.#dead.get(id) ?? null,
      stats: (name) => this.#statsOf(name).get(id) ?? null,
      column: (name) => (this.#statsOf(name).has(id) ? this.#read(id, name, "values", readColumn) : null),
      dictionary: (name) => this.#read(id, name, "dictionary", readDictionary),
    };
  }

  #statsOf(name: string): Map<number, ColumnStats> {
    const known = this.#stats.get(name);
    if (known !== undefined) return known;
    const stats = this.shelf.statsOf(name);
    this.#stats.set(name, stats);
    return stats;
  }

  #read<T extends Column | Dictionary>(id: number, name: string, part: Part, read: (raw: Uint8Array) => T): T {
    const key = `${this.form}/${id}/${part}/${name}`;
    const known = this.cache.get<T>(key);
    if (known !== undefined) return known;
    const packed = this.shelf.read(id, name, part);
    if (packed === null) throw new LostSegment(id, `The ${part} of ${name} are missing from a segment.`);
    try {
      const value = read(unpack(packed));
      this.cache.put(key, value);
      return value;
    } catch (error) {
      if (error instanceof DamagedSegment) throw new LostSegment(id, error.message, { cause: error });
      throw error;
    }
  }

  #seqsOf({ id, rows }: SegmentHead): Float64Array {
    const column = this.#read(id, SEQ, "values", readColumn);
    if (column.kind === "numbers") {
      const { values, base, scale } = column;
      return Float64Array.from({ length: rows }, (_, i) => (base + (values[i] as number)) / scale);
    }
    if (column.kind !== "codes") throw new LostSegment(id, "The numbers of rows are missing from a segment.");
    const { numbers } = this.#read(id, SEQ, "dictionary", readDictionary);
    return Float64Array.from(column.codes, (code) => numbers[code - 1] as number);
  }
}

/** Its bytes are gone or damaged: it is made again from the store. */
export class LostSegment extends Error {
  constructor(
    readonly segment: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
