// Counts and times every request by the pattern of its route: never by its path, which callers choose.
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import { counter, histogram } from "../shared/metrics";
import { flushMetricsSometimes } from "../shared/metrics-flush";
import type { AppEnv } from "./app-types";

const LABELS = ["route", "method", "status"] as const;
const requests = counter("headwater_http_requests_total", "Requests answered.", LABELS);
const durations = histogram(
  "headwater_http_request_duration_seconds",
  "Time from a request to its reply, as far as the runtime's clock shows it.",
  LABELS,
);

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

export const measure = createMiddleware<AppEnv>(async (c, next) => {
  const startedAt = performance.now();
  await next();
  const pattern = routePath(c, -1);
  const route = pattern === "/*" || pattern === "*" ? "unmatched" : pattern;
  const method = METHODS.has(c.req.method) ? c.req.method : "other";
  const status = `${Math.floor(c.res.status / 100)}xx`;
  requests.add(1, route, method, status);
  durations.observe((performance.now() - startedAt) / 1_000, route, method, status);
  flushMetricsSometimes(c.get("ctx"));
});
