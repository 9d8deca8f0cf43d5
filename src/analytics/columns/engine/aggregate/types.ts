// pure. What every aggregate has to do.
import type { FieldRef } from "../../../../store";
import type { Aggregate } from "../../../query/types";
import type { Selected, Vocabularies } from "../dimension";
import type { Pairs } from "../pairs";

export type Answer = number | string | boolean | null;

export interface Aggregator {
  /** `pairs.keys` are places of groups by now, from 0. */
  add(block: number, pairs: Pairs): void;
  /** Of the group at that place; asked only of groups that a row fell into. */
  valueOf(place: number): Answer;
}

export interface Aggregated {
  aggregate: Aggregate;
  field: FieldRef | null;
  blocks: readonly Selected[];
  vocabularies: Vocabularies;
  /** How many places there can be. */
  places: number;
}
