// When to try again. Pure.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waits between attempts; after the last one the mail has failed. */
export const BACKOFF_MS = [30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR] as const;
export const SEND_TIMEOUT_MS = 10 * SECOND;
/** With an attachment: megabytes take a while. */
export const HEAVY_SEND_TIMEOUT_MS = 30 * SECOND;
/** How long a claim holds: longer than any attempt can take, so that a consumer that died is followed by another. */
export const CLAIM_MS = MINUTE;
/** What is due this long has lost its queue message. */
export const OVERDUE_MS = MINUTE;

/** `attempts` counts the one that just failed. Null: give up. */
export function nextAttemptIn(attempts: number): number | null {
  return BACKOFF_MS[attempts - 1] ?? null;
}
