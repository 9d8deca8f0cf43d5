import { InvalidError } from "../../shared/errors";
import { TimeLimitError } from "../../shared/time-limit";
import type { Deadline } from "./plan";

export const QUERY_LIMIT_MS = 30_000;

export function deadlineAt(now: () => number, at: number): Deadline {
  return {
    assertTime: () => {
      if (now() >= at) throw tooSlow();
    },
    remainingMs: () => Math.max(1, at - now()),
  };
}

export async function withinDeadline<T>(deadline: Deadline, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A statement that was cut off by its own limit is the same thing as a clock that ran out between two.
    if (error instanceof TimeLimitError && deadline.remainingMs() <= 1) throw tooSlow();
    throw error;
  }
}

function tooSlow(): InvalidError {
  const message = `This took longer than ${QUERY_LIMIT_MS / 1_000} seconds; narrow it, for example with a filter on submitted_at.`;
  return new InvalidError(message, [{ path: "filter", message, code: "query_too_slow" }], "query_too_slow");
}
