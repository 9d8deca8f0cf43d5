// pure. Which way a question is answered: the cheapest that knows everything it asks for. All give the same answer.
//
// A plan is data; an executor carries it out. To add one: a member of `Plan`, a branch of `planQuery`, an entry in execute.ts.
import type { WorkspaceContext } from "../../shared/context";
import type { AnalysedForm } from "../form";
import type { Query, QueryResult } from "./types";

export type PlanName = "live" | "rollup" | "columns" | "scan";

/** What the planner is told about a form; nothing of it is read by the planner itself. */
export interface PlanFacts {
  /** By path of a field: what counters and roll-ups hold of it. Only fields that every version asks in the same way are in it. */
  counted: ReadonlyMap<string, CountedField>;
  /** At least as many as there are responses, deleted ones included. */
  entries: number;
  /** What the column segments cover; null while there are none. */
  columns: ColumnFacts | null;
}

export interface CountedField {
  /** How often each value was given. */
  values: boolean;
  /** How many numbers, their sum, the least and the greatest. */
  numbers: boolean;
  /** One response may give several values. */
  multiple: boolean;
}

export interface ColumnFacts {
  /** Responses that lie in segments; the rest is read from the store. */
  rows: number;
}

export interface LivePlan {
  plan: "live";
}

export interface RollupPlan {
  plan: "rollup";
}

export interface ColumnsPlan {
  plan: "columns";
}

export interface ScanPlan {
  plan: "scan";
}

export type Plan = LivePlan | RollupPlan | ColumnsPlan | ScanPlan;

export interface Execution {
  ctx: WorkspaceContext;
  form: AnalysedForm;
  query: Query;
  /** `shard:seq` of each ledger: everything up to there is in the store. */
  position: string;
  /** To be asked between any two pieces of work that take long; throws when the time is up. */
  deadline: Deadline;
}

export interface Deadline {
  assertTime(): void;
  /** For whatever takes a limit of its own. */
  remainingMs(): number;
}

/** Feeds an Accumulator and finishes it, or makes the same rows in another way. */
export type Execute<P extends Plan> = (execution: Execution, plan: P) => Promise<QueryResult>;

export function planQuery(_query: Query, _facts: PlanFacts): Plan {
  return { plan: "scan" };
}
