// When a delivery is tried, and what its answer means. Pure; the time and the dice are passed in.
import type { Exchange } from "../shared/destination-fetch";

/** Before each attempt, from the end of the one before. */
const DELAYS_MS = [0, 1_000, 5_000, 30_000, 300_000, 1_800_000] as const;

/** Added, never taken away: nobody is asked sooner than was promised. */
const MAX_JITTER = 0.09;
/** The longest `Retry-After` that is honoured; beyond it we would hold what somebody may have forgotten. */
const MAX_RETRY_AFTER_MS = 60 * 60_000;
/** A 429 speaks for the endpoint, not for one delivery: all of it keeps still, but not for long on one answer's word. */
const MAX_HOLD_MS = 60_000;
/** However it went, after this nobody waits any longer: not while the circuit is open, not while the endpoint is paused. */
export const EXPIRES_AFTER_MS = 72 * 60 * 60_000;

export const EXCHANGE_LIMITS = { timeMs: 10_000, maxBytes: 64 * 1024 } as const;
export const KEPT_CHARACTERS = 1_000;

export type AttemptOutcome = "delivered" | "failed" | "refused";

export interface Verdict {
  outcome: AttemptOutcome;
  status: number | null;
  /** In words; null when it was delivered. */
  error: string | null;
  /** What the endpoint asked for, in milliseconds from now. */
  retryAfterMs: number | null;
  /** The endpoint as a whole asks for quiet. */
  holdMs: number | null;
  /** 410: never again. */
  gone: boolean;
  /** Says something about the endpoint's health, and not only about this one body. */
  unhealthy: boolean;
}

export function judge(exchange: Exchange, now: number): Verdict {
  const nothing = { status: null, retryAfterMs: null, holdMs: null, gone: false };
  switch (exchange.kind) {
    case "refused":
      return { ...nothing, outcome: "refused", error: exchange.message, unhealthy: true };
    case "failed":
      return { ...nothing, outcome: "failed", error: exchange.message, unhealthy: true };
    case "answered": {
      const { status } = exchange;
      if (status >= 200 && status < 300) return { ...nothing, outcome: "delivered", status, error: null, unhealthy: false };
      const retryAfterMs = parseRetryAfter(exchange.headers.get("Retry-After"), now);
      return {
        outcome: "failed",
        status,
        error: status >= 300 && status < 400 ? `Answered ${status}: redirects are not followed.` : `Answered ${status}.`,
        retryAfterMs,
        holdMs: status === 429 && retryAfterMs !== null ? Math.min(retryAfterMs, MAX_HOLD_MS) : null,
        gone: status === 410,
        // The endpoint is well and does not like this body, or is well and busy.
        unhealthy: ![400, 413, 422, 429].includes(status),
      };
    }
  }
}

/** How long after attempt number `tries` the next one comes; null: there is none, and the delivery is dead. */
export function nextTryInMs(tries: number, verdict: Pick<Verdict, "retryAfterMs" | "gone">, dice: number): number | null {
  const delay = DELAYS_MS[tries];
  if (delay === undefined || verdict.gone) return null;
  const planned = Math.round(delay * (1 + MAX_JITTER * dice));
  return Math.max(planned, Math.min(verdict.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));
}

/** Seconds, or a date. Null for anything else. */
export function parseRetryAfter(text: string | null, now: number): number | null {
  if (text === null) return null;
  if (/^\s*\d{1,9}\s*$/.test(text)) return Number(text) * 1_000;
  const at = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
