// What can go wrong, in the words of the domain. HTTP statuses are chosen in middleware/problem.ts alone.
import type { ErrorReason } from "./reasons";

export type ErrorCode =
  | "not_json"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "gone"
  | "too_large"
  | "unsupported_media_type"
  | "invalid"
  | "rate_limited"
  | "unavailable";

export interface Issue {
  /** Dotted path from the root of the input, `""` for the whole. */
  path: string;
  message: string;
  code: string;
  /** Of program text, counted from 1. */
  line?: number;
  column?: number;
}

export interface ErrorDetails {
  /** Finer than the code: `quota_reached`, `slug_taken`. It becomes the `code` on the wire. */
  reason?: ErrorReason;
  issues?: readonly Issue[];
  retryAfterSeconds?: number;
}

export class DomainError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
    this.name = new.target.name;
  }
}

export class NotFoundError extends DomainError {
  constructor(what: string) {
    super("not_found", `${what} was not found.`);
  }
}

export class UnauthenticatedError extends DomainError {
  constructor(message = "This needs a valid API key or a signed-in session.", details: ErrorDetails = {}) {
    super("unauthenticated", message, details);
  }
}

export class ForbiddenError extends DomainError {
  constructor(message: string, details: ErrorDetails = {}) {
    super("forbidden", message, details);
  }
}

export class ConflictError extends DomainError {
  constructor(message: string, reason?: ErrorReason) {
    super("conflict", message, { reason });
  }
}

export class GoneError extends DomainError {
  constructor(message: string, reason?: ErrorReason) {
    super("gone", message, { reason });
  }
}

export class InvalidError extends DomainError {
  constructor(message: string, issues: readonly Issue[], reason?: ErrorReason) {
    super("invalid", message, { issues, reason });
  }
}

export class TooLargeError extends DomainError {
  constructor(message: string) {
    super("too_large", message);
  }
}

export class RateLimitedError extends DomainError {
  constructor(retryAfterSeconds: number) {
    super("rate_limited", `Too many requests. Try again in ${retryAfterSeconds} seconds.`, { retryAfterSeconds });
  }
}

export class UnavailableError extends DomainError {
  constructor(message: string, retryAfterSeconds = 5) {
    super("unavailable", message, { retryAfterSeconds });
  }
}

export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(`Impossible: ${sentence}`);
}
