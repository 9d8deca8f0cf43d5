// Every number of the cache, in one place.

/**
 * The bound elsewhere: an isolate trusts a tag version for this long after it began to read it from the primary. So a change is
 * seen at once where it was made, and everywhere else after at most this time.
 */
export const TAG_TRUST_MS = 2_000;
/** A trusted version older than this is read again in the background, so that what is asked for often never waits for it. */
export const TAG_REFRESH_AHEAD_MS = 1_000;
export const TAG_READ_LIMIT_MS = 2_000;
/** After the store failed to tell the versions, what can be served stale is served without asking again for this long. */
export const TAG_READ_PAUSE_MS = 1_000;
export const MAX_KNOWN_TAGS = 5_000;

export const L1_MAX_ENTRIES = 1_000;
export const L1_MAX_BYTES = 32 * 1024 * 1024;
export const L1_MAX_AGE_MS = 5 * 60_000;

export const L2_MAX_AGE_SECONDS = 3_600;
/** KV refuses a shorter life. */
export const KV_MIN_LIFE_SECONDS = 60;
export const L2_READ_LIMIT_MS = 500;
export const L2_WRITE_LIMIT_MS = 5_000;

export const FILL_LEASE_MS = 2_000;
/** When a request that found the work taken looks again: soon at first, then steadily for about a second; then it does the work itself. */
export const LOOK_AGAIN_MS: readonly number[] = [1, 2, 4, 8, 16, ...new Array<number>(32).fill(32)];
