// Responses as answers to a question: a store walks and filters them, and adds a page up or hands over what it holds in a few fields;
// what that means is for src/analytics. Pages are keyset pages, so the work of one statement is bounded and somebody can look at the
// clock between two. Nothing is grouped here: SQLite sorts to group, which costs more than reading, and members of lists would need a
// meaning in every dialect.
import type { Condition, FieldRef } from "./conditions";
import type { ResponseStatus } from "./primary";

export type WalkKey = readonly [submittedAt: number, seq: number, shard: number];

/** Responses of a form that are not deleted, in order of time. */
export interface Walk {
  workspaceId: string;
  formId: string;
  /** Null: whatever it is. */
  status: ResponseStatus | null;
  /** Exclusive; null: from the beginning. */
  after: WalkKey | null;
  /** Inclusive; null: to the end. */
  upTo: WalkKey | null;
}

/** What a walk may hold, at a glance: nothing is counted for it. */
export interface Outlook {
  /** It holds no more responses than that. */
  most: number;
  /** What the first ones make of a page's text, on average. */
  bytesEach: number;
  /** When its first and its last were submitted. */
  span: readonly [number, number];
}

/** Which of a field's values enter; the others are as if they were not there. */
export type Counted = "numbers" | "texts" | "booleans" | "all";

/** One number over all the responses of a page. */
export type TotalQuestion =
  | { part: "rows"; condition: Condition }
  /** Of a field that holds one value. */
  | { part: "sum" | "least" | "greatest"; condition: Condition; field: FieldRef; counted: Exclude<Counted, "all"> };

export interface Total {
  /** Responses that were looked at. */
  scanned: number;
  /** `rows`: how many responses. Else how many had such a value. */
  n: number;
  /** The sum, the least or the greatest; booleans are 1 and 0. */
  value: string | number | null;
}

export interface RollupQuestion {
  formId: string;
  /** "" for whole responses. */
  field: string;
  /** `answered`: the line that counts who answered at all, and adds up numbers. */
  values: "answered" | "given" | readonly string[];
  /** `YYYY-MM-DD`, both included; null: without end. */
  from: string | null;
  to: string | null;
  by: readonly ("day" | "value")[];
}

export interface RollupPart {
  day: string | null;
  value: string | null;
  count: number;
  sum: number;
  min: number | null;
  max: number | null;
  /** A least or greatest, or a sum, that a change may have left wrong. */
  loose: boolean;
  /** Rows that this was added up from. */
  rows: number;
}

/** As much as D1 puts into one text. */
export const READ_BYTES = 2_000_000;

export interface ReadPage {
  /** Responses that were looked at. */
  scanned: number;
  /**
   * What those that satisfy the condition hold in the fields that were asked for, as JSON and parted by commas: a list `[…]` for each, with
   * null for what it does not hold; of one field what it holds, for those that hold something.
   */
  text: string | null;
}

export interface QuestionStore {
  outlook(walk: Walk, condition: Condition, fields: readonly FieldRef[]): Promise<Outlook>;
  /** Of the walk's response at that place, counted from 1; null when there are fewer. */
  step(walk: Walk, place: number): Promise<WalkKey | null>;
  total(walk: Walk, question: TotalQuestion, limitMs: number): Promise<Total>;
  /** Those of a walk that satisfy the condition, in whatever order. Null: they hold more there than is read at once. */
  read(walk: Walk, condition: Condition, fields: readonly FieldRef[], limitMs: number): Promise<ReadPage | null>;
  rollups(question: RollupQuestion): Promise<RollupPart[]>;
}
