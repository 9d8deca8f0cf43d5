// What a lane asks of the world: everything that waits, fails or costs, so that tests bring their own clock.
import type { Exchange } from "../../shared/destination-fetch";
import type { Health } from "./health";
import type { Due, Page, Result } from "./store";

export interface LaneEndpoint {
  ordered: boolean;
  maxPerMinute: number | null;
}

export interface Recorded {
  results: readonly Result[];
  health: Health;
  /** The endpoint is over: it said so, or it has failed for too long. */
  stop: "gone" | "persistent" | null;
}

export type Content = { body: string } | { error: string };

export interface LaneDeps {
  now(): number;
  dice(): number;
  /** Null: it is paused, disabled or deleted, and nothing is sent. */
  endpoint(known: readonly string[]): Promise<LaneEndpoint | null>;
  /** Without those that are known. Asked right after `endpoint`. */
  due(known: readonly string[], now: number): Promise<Page>;
  inOrder(now: number, busyForms: ReadonlySet<string>): Promise<Page>;
  /** What each tells, by its id. */
  prepare(due: readonly Due[]): Promise<ReadonlyMap<string, Content>>;
  send(due: Due, attempt: number, body: string, at: number): Promise<Exchange>;
  record(recorded: Recorded): Promise<void>;
  memory: LaneMemoryPort;
}

/** What must outlive this process. */
export interface LaneMemoryPort {
  health(): Health;
  setHealth(health: Health): void;
  addResult(result: Result): void;
  results(): Result[];
  dropResults(results: readonly Result[]): void;
}
