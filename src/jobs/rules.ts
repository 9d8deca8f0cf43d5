// pure. When to try again, and what people are told of a failure.
import { DomainError } from "../shared/errors";
import { JobFailedError, JobStoppedError } from "./kind";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

export const LEASE_MS = MINUTE;
export const SLICE_MS = 30 * SECOND;
/** A queue consumer may last fifteen minutes. */
export const RUN_LIMIT_MS = 14 * MINUTE;
/** What is due this long has lost its message. */
export const OVERDUE_MS = 20 * SECOND;
/** Of one workspace at once in one queue, so that nobody waits behind somebody else's hundred. */
export const RUNNING_PER_WORKSPACE = 4;
/** Waiting or running, in one workspace. */
export const MAX_UNFINISHED = 500;
export const MAX_CHECKPOINT = 100_000;
export const KEPT_MS = 30 * 24 * 60 * MINUTE;

const FIRST_WAIT_MS = 5 * SECOND;
const MAX_WAIT_MS = 10 * MINUTE;

/** `attempts` counts the one that just failed. */
export function backOff(attempts: number): number {
  return Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, attempts - 1));
}

const HOPELESS: ReadonlySet<string> = new Set(["invalid", "not_found", "forbidden", "unauthenticated", "gone", "too_large"]);

export function isHopeless(error: unknown): boolean {
  return error instanceof JobFailedError || (error instanceof DomainError && HOPELESS.has(error.code));
}

const MAX_MESSAGE = 500;

/** A failure of ours may speak of queries or hosts; only what was written for people is shown to them. */
export function messageFor(error: unknown): string {
  const spoken = error instanceof JobFailedError || error instanceof JobStoppedError || error instanceof DomainError;
  return (spoken ? error.message : "Something failed on our side.").slice(0, MAX_MESSAGE);
}
