// When a ledger has more to do than one object carries well, and how many ledgers that asks for. Pure; `now` is passed in.

export interface HeatLimits {
  windowMs: number;
  /** So many windows in a row: a burst is what group commit is for. */
  windows: number;
  callsPerSecond: number;
  /** Calls that wait this long on average are too many, however few: theirs are large, or the object's host is slow. */
  waitMs: number;
  /** Below it, waiting has another cause, which another ledger would not remove. */
  fewestPerSecond: number;
}

// One object on Cloudflare carries about a thousand calls a second.
export const HEAT_LIMITS: HeatLimits = { windowMs: 10_000, windows: 3, callsPerSecond: 700, waitMs: 250, fewestPerSecond: 100 };
export const SPREAD_COOLDOWN_MS = 60_000;
/** Each ledger makes every read and every listener a little dearer; beyond this a person decides. */
export const MAX_SPREAD = 16;

export class Heat {
  #from = 0;
  #calls = 0;
  #waitedMs = 0;
  #hotWindows = 0;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(readonly limits: HeatLimits = HEAT_LIMITS) {}

  /** One commit of `calls` that waited `waitedMs` together. True when the form should be spread; not again within the cooldown. */
  note(calls: number, waitedMs: number, now: number): boolean {
    const { windowMs, windows } = this.limits;
    const elapsed = now - this.#from;
    if (elapsed >= windowMs) {
      // A window that nobody closed in time held a pause.
      this.#hotWindows = elapsed < 2 * windowMs && this.#isHot(elapsed) ? this.#hotWindows + 1 : 0;
      this.#from = now;
      this.#calls = 0;
      this.#waitedMs = 0;
    }
    this.#calls += calls;
    this.#waitedMs += waitedMs;
    if (this.#hotWindows < windows || now - this.#askedAt < SPREAD_COOLDOWN_MS) return false;
    this.#hotWindows = 0;
    this.#askedAt = now;
    return true;
  }

  #isHot(elapsedMs: number): boolean {
    const { callsPerSecond, waitMs, fewestPerSecond } = this.limits;
    const rate = (this.#calls * 1_000) / elapsedMs;
    return rate >= callsPerSecond || (rate >= fewestPerSecond && this.#waitedMs / this.#calls >= waitMs);
  }
}

/** Twice as many; null when that would be too many, or too soon after the last time. */
export function wantedShards(current: { shards: number; since: number } | undefined, now: number): number | null {
  if (current === undefined) return null;
  const { shards, since } = current;
  // The first number is no raise: a form just published may be hot at once.
  if (shards >= MAX_SPREAD || (shards > 1 && now - since < SPREAD_COOLDOWN_MS)) return null;
  return Math.min(MAX_SPREAD, shards * 2);
}
