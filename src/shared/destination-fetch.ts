// One request to an address that a customer has chosen: checked, not redirected, bounded in time over the whole exchange and in
// what is read of the reply.
import type { DestinationReason } from "./destination";
import { checkDestination } from "./destination-dns";

export interface OutboundRequest {
  url: string;
  method: string;
  headers: Headers | Record<string, string>;
  body: string | Uint8Array<ArrayBuffer> | null;
}

export interface OutboundLimits {
  /** From looking up the name to the last byte read. */
  timeMs: number;
  /** What is read of the reply; the rest is cut off. */
  maxBytes: number;
}

export type Exchange =
  | { kind: "answered"; status: number; headers: Headers; body: Uint8Array<ArrayBuffer>; truncated: boolean; durationMs: number }
  | { kind: "refused"; reason: DestinationReason; message: string; passing: boolean; durationMs: number }
  /** `timeout` may come after the status: a reply that does not end is none. */
  | { kind: "failed"; why: "timeout" | "connection"; message: string; durationMs: number };

type OutboundEnv = Pick<Env, "ENVIRONMENT" | "PUBLIC_URL" | "DNS_URL">;

export async function fetchDestination(env: OutboundEnv, request: OutboundRequest, limits: OutboundLimits): Promise<Exchange> {
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  const controller = new AbortController();
  let stopClock = () => {};
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => {
      reject(new LateError());
      controller.abort(new LateError());
    }, limits.timeMs);
    stopClock = () => clearTimeout(timer);
  });
  const exchange = async (): Promise<Exchange> => {
    const verdict = await checkDestination(env, request.url);
    if (!verdict.ok)
      return { kind: "refused", reason: verdict.reason, message: verdict.message, passing: verdict.passing, durationMs: elapsed() };
    const reply = await fetch(verdict.url, {
      method: request.method,
      headers: request.headers,
      body: request.body,
      redirect: "manual",
      signal: controller.signal,
    });
    const { bytes, truncated } = await readAtMost(reply.body, limits.maxBytes);
    return { kind: "answered", status: reply.status, headers: reply.headers, body: bytes, truncated, durationMs: elapsed() };
  };
  try {
    // The race as well as the signal: a body that drips must not depend on when the runtime looks at the signal.
    return await Promise.race([exchange(), late]);
  } catch (error) {
    const why = error instanceof LateError || controller.signal.aborted ? "timeout" : "connection";
    const message = why === "timeout" ? `No complete answer within ${limits.timeMs / 1_000} s.` : describeFailure(error);
    return { kind: "failed", why, message, durationMs: elapsed() };
  } finally {
    stopClock();
  }
}

class LateError extends Error {}

/** Reads up to `maxBytes` and hangs up on the rest. */
async function readAtMost(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; truncated: boolean }> {
  const reader = body?.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  let truncated = false;
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    const room = maxBytes - size;
    parts.push(value.subarray(0, room));
    size += Math.min(room, value.byteLength);
    if (value.byteLength > room) {
      truncated = true;
      // Not awaited: a sender that never stops need not agree to be hung up on.
      reader.cancel().catch(() => {});
      break;
    }
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return { bytes, truncated };
}

const MAX_MESSAGE = 200;

function describeFailure(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return `The connection failed: ${text.slice(0, MAX_MESSAGE)}`;
}
