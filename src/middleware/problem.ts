// Errors on the wire: RFC 9457. The one place that knows HTTP statuses; a new code without one does not compile.
import type { ErrorHandler, NotFoundHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { DomainError, type ErrorCode, type Issue } from "../shared/errors";
import { describeError } from "../shared/log";
import type { AppEnv } from "./app-types";

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: readonly Issue[];
}

const MAX_ISSUES = 100;

export function statusOf(code: ErrorCode): number {
  switch (code) {
    case "not_json":
      return 400;
    case "unauthenticated":
      return 401;
    case "forbidden":
      return 403;
    case "not_found":
      return 404;
    case "conflict":
      return 409;
    case "gone":
      return 410;
    case "too_large":
      return 413;
    case "unsupported_media_type":
      return 415;
    case "invalid":
      return 422;
    case "rate_limited":
      return 429;
    case "unavailable":
      return 503;
  }
}

const TITLES: Record<number, string> = {
  400: "Not readable as JSON",
  401: "Not authenticated",
  403: "Not allowed",
  404: "Not found",
  409: "Conflict",
  410: "Gone",
  413: "Too large",
  415: "Not JSON",
  422: "Not valid",
  429: "Too many requests",
  500: "Something broke on our side",
  503: "Not available just now",
};

function problemResponse(error: DomainError, requestId: string): Response {
  const status = statusOf(error.code);
  const { reason, issues, retryAfterSeconds } = error.details;
  const headers: Record<string, string> = { "Cache-Control": "no-store" };
  if (retryAfterSeconds !== undefined) headers["Retry-After"] = String(Math.max(1, Math.ceil(retryAfterSeconds)));
  if (status === 401) headers["WWW-Authenticate"] = 'Bearer realm="headwater"';
  return reply(
    {
      ...base(status, reason ?? error.code, error.message, requestId),
      ...(issues !== undefined ? { errors: issues.slice(0, MAX_ISSUES) } : {}),
    },
    headers,
  );
}

export const onError: ErrorHandler<AppEnv> = (error, c) => {
  const requestId = c.get("requestId") ?? "unknown";
  if (error instanceof DomainError) return problemResponse(error, requestId);
  if (error instanceof HTTPException && error.status < 500) {
    return reply(base(error.status, "bad_request", error.message || "The request was not understood.", requestId));
  }
  // What broke is for the log alone: a message may quote a query, a key or somebody's answer.
  c.get("ctx")?.log.error("request failed", describeError(error));
  return reply(base(500, "internal", "We have logged it. Quote the request id if you write to us.", requestId), {
    "Cache-Control": "no-store",
  });
};

export const onNotFound: NotFoundHandler<AppEnv> = (c) =>
  reply(base(404, "not_found", `There is nothing at ${c.req.method} ${c.req.path.slice(0, 200)}.`, c.get("requestId") ?? "unknown"));

function base(status: number, code: string, detail: string, requestId: string): Problem {
  return { type: `/docs/errors#${code}`, title: TITLES[status] ?? "Error", status, detail, code, request_id: requestId };
}

function reply(problem: Problem, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { "Content-Type": "application/problem+json; charset=utf-8", ...headers },
  });
}
