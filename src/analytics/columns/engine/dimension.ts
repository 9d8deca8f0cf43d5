// pure. What responses are told apart by: a field's values, or spans of time, each numbered from 1.
import type { FieldRef } from "../../../store";
import type { Block } from "./block";
import type { Pairs } from "./pairs";
import type { Value, Vocabulary } from "./vocabulary";

export interface Dimension {
  /** The largest number; known once every block has been prepared. */
  readonly size: number;
  /** Multiplies the keys by its size and adds its own number to them, less one. */
  expand(block: number, from: Pairs, to: Pairs): void;
  /** What is behind each of these numbers. */
  valuesOf(ids: ReadonlySet<number>): Map<number, Value>;
  /** The first `limit` of the wanted ones in order of their values. */
  first(wanted: Uint8Array, limit: number, descending: boolean): number[];
}

/** Vocabularies are kept between questions, so that a text is hashed once. */
export type Vocabularies = (name: string, field: FieldRef) => Vocabulary;

export interface Selected {
  block: Block;
  /** Which rows are asked about; the dimension numbers no others. */
  mask: Uint8Array | true;
}
