// Whether an endpoint is asked at all: its circuit breaker and its rate. Pure; the time is passed in.

export interface Health {
  /** In a row. */
  failures: number;
  failingSince: number | null;
  /** Nothing is sent before; then one delivery tries whether it works again. */
  openUntil: number | null;
  /** How often it has opened since it last worked. */
  trips: number;
  /** The endpoint asked for quiet. */
  heldUntil: number | null;
}

export const HEALTHY: Health = { failures: 0, failingSince: null, openUntil: null, trips: 0, heldUntil: null };

// Few failures are a hiccup, and what the schedule of each delivery is for. Many at once, or some over a while, are an outage.
const MANY_FAILURES = 50;
const SOME_FAILURES = 30;
const OUTAGE_MS = 10 * 60_000;
const OPEN_MS = [30_000, 60_000, 120_000, 300_000] as const;
export const PAUSE_AFTER_MS = 24 * 60 * 60_000;

export function afterAttempt(health: Health, verdict: { ok: boolean; unhealthy: boolean; holdMs: number | null }, now: number): Health {
  if (verdict.ok) return { ...HEALTHY, heldUntil: health.heldUntil };
  const held = verdict.holdMs === null ? health.heldUntil : Math.max(health.heldUntil ?? 0, now + verdict.holdMs);
  if (!verdict.unhealthy) return { ...health, heldUntil: held };
  const failures = health.failures + 1;
  const failingSince = health.failingSince ?? now;
  const outage = failures >= MANY_FAILURES || (failures >= SOME_FAILURES && now - failingSince >= OUTAGE_MS);
  // What was under way when it opened says nothing new; a probe that fails opens it again, for longer.
  const opens = outage && (health.openUntil === null || now >= health.openUntil);
  return {
    failures,
    failingSince,
    openUntil: opens ? now + (OPEN_MS[Math.min(health.trips, OPEN_MS.length - 1)] ?? 0) : health.openUntil,
    trips: opens ? health.trips + 1 : health.trips,
    heldUntil: held,
  };
}

export function isPersistent(health: Health, now: number): boolean {
  return health.failingSince !== null && now - health.failingSince >= PAUSE_AFTER_MS;
}

/** Until when nothing may be sent; null: now. */
export function quietUntil(health: Health, now: number): number | null {
  const until = Math.max(health.openUntil ?? 0, health.heldUntil ?? 0);
  return until > now ? until : null;
}

/** Half-open: one at a time until one gets through. */
export function slotsOf(health: Health, most: number): number {
  return health.trips > 0 ? 1 : most;
}

/** A token bucket that holds one second's worth, so that a limit of 60 a minute is one a second and not sixty at once. */
export class Rate {
  #tokens: number;
  #at: number;

  constructor(
    readonly perMinute: number,
    now: number,
  ) {
    this.#tokens = this.#room;
    this.#at = now;
  }

  get #room(): number {
    return Math.max(1, this.perMinute / 60);
  }

  /** 0: taken. Else how many milliseconds until there is one to take. */
  take(now: number): number {
    this.#tokens = Math.min(this.#room, this.#tokens + ((now - this.#at) * this.perMinute) / 60_000);
    this.#at = now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.#tokens) * 60_000) / this.perMinute);
  }
}
