// Responses as answers to a question: a store adds up a page of them and hands over the parts; what they mean together is for
// src/analytics. Pages are keyset pages, so the work of one statement is bounded and somebody can look at the clock between two.
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

export interface WalkStep {
  rows: number;
  /** Of the last of these rows; null when there are no more than these. */
  last: WalkKey | null;
  /** When the first and the last of the whole walk were submitted. */
  span: readonly [number, number];
}

/** How far clocks are ahead of UTC, until that instant (exclusive); the last one holds for ever. In order. */
export interface ClockStep {
  aheadMs: number;
  until: number | null;
}

export type StoreGroup =
  | { by: "value"; field: FieldRef }
  /** Of `submitted_at`; see `readTimeKey`. */
  | { by: "hour" | "day"; clock: readonly ClockStep[] };

export type PartKind = "rows" | "sum" | "least" | "greatest" | "values";
/** Which of a field's values enter; the others are as if they were not there. */
export type Counted = "numbers" | "texts" | "booleans" | "all";

export interface StoreQuestion {
  condition: Condition;
  groups: readonly StoreGroup[];
  part: PartKind;
  field: FieldRef | null;
  counted: Counted;
}

export interface StorePart {
  /** Null: a response without a value there. Booleans are 1 and 0. */
  group: (string | number | null)[];
  /** `rows`: how many. `sum` and `values`: how many had it. */
  n: number;
  /** `sum`: the sum. `least`, `greatest`, `values`: that value. */
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

/** What one response holds in the fields that were asked for, undefined where it holds nothing. */
export type ReadValues = unknown[];

export interface QuestionStore {
  /** How far the next `limit` responses of a walk reach. */
  step(walk: Walk, limit: number): Promise<WalkStep>;
  ask(walk: Walk, question: StoreQuestion, limitMs: number): Promise<StorePart[]>;
  /** Those of a walk that satisfy the condition, one by one, in order. */
  read(walk: Walk, condition: Condition, fields: readonly FieldRef[], limitMs: number): Promise<ReadValues[]>;
  rollups(question: RollupQuestion): Promise<RollupPart[]>;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const UNIT_MS = { hour: HOUR, day: DAY } as const;
/** Added to an instant so that dividing rounds down, also before 1970. */
const PUSH_MS = 100_000_000 * DAY;
export const MAX_CLOCK_STEPS = 1_024;

/**
 * Stores say a time group as `(clock time pushed up / unit) * MAX_CLOCK_STEPS + place of the clock step`: an hour that is shown twice
 * when clocks go back is two.
 */
export function readTimeKey(key: number, unit: "hour" | "day"): { shownAt: number; step: number } {
  return { shownAt: Math.floor(key / MAX_CLOCK_STEPS) * UNIT_MS[unit] - PUSH_MS, step: key % MAX_CLOCK_STEPS };
}

/** The time group of a response, in words that both dialects know; only numbers of ours become text. */
export function timeKeySql({ by, clock }: Extract<StoreGroup, { clock: unknown }>): string {
  const key = (aheadMs: number, step: number) => `((submitted_at + ${aheadMs + PUSH_MS}) / ${UNIT_MS[by]}) * ${MAX_CLOCK_STEPS} + ${step}`;
  const [first, ...more] = clock;
  if (more.length === 0) return key(first?.aheadMs ?? 0, 0);
  const steps = clock.map(({ aheadMs, until }, i) =>
    until === null ? `ELSE ${key(aheadMs, i)}` : `WHEN submitted_at < ${until} THEN ${key(aheadMs, i)}`,
  );
  return `CASE ${steps.join(" ")} END`;
}
