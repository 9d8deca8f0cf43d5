// pure. What comes of one attempt: through, dead, or when it is tried again. Time and dice are passed in.
import type { Exchange } from "../../shared/destination-fetch";
import { deadLetterEventId } from "../ids";
import { EXPIRES_AFTER_MS, KEPT_CHARACTERS, nextTryInMs, type Verdict } from "../schedule";
import type { Content } from "./ports";
import type { Due, Result } from "./store";

/** Why it is not even sent, and never will be. */
export function whyHopeless(due: Due, content: Content, now: number): string | null {
  if ("error" in content) return content.error;
  return now - due.createdAt >= EXPIRES_AFTER_MS ? "It waited for three days." : null;
}

export function notSent(why: string | null): Exchange {
  return { kind: "refused", reason: "not_a_url", message: why ?? "", passing: false, durationMs: 0 };
}

interface Attempt {
  at: number;
  /** When its answer was there. */
  now: number;
  exchange: Exchange;
  verdict: Verdict;
  hopeless: boolean;
}

export function resultOf(due: Due, { at, now, exchange, verdict, hopeless }: Attempt, dice: () => number): Result {
  const attempt = due.attempts + 1;
  const tries = due.tries + 1;
  const isDelivered = verdict.outcome === "delivered";
  const delay = isDelivered || hopeless ? null : nextTryInMs(tries, verdict, dice());
  const next = isDelivered ? "delivered" : delay === null ? "dead" : "pending";
  const tells = next === "dead" && due.eventType !== "webhook.dead_lettered";
  return {
    id: due.id,
    eventType: due.eventType,
    attempt,
    tries,
    at,
    durationMs: exchange.durationMs,
    outcome: verdict.outcome,
    status: verdict.status,
    error: verdict.error,
    response: exchange.kind === "answered" ? shown(exchange.body) : null,
    next,
    dueAt: delay === null ? null : now + delay,
    deathEventId: tells ? deadLetterEventId(due.id, attempt, now) : null,
  };
}

const decoder = new TextDecoder();

function shown(body: Uint8Array): string {
  // A character has at most four bytes.
  return decoder.decode(body.subarray(0, KEPT_CHARACTERS * 4)).slice(0, KEPT_CHARACTERS);
}
