import { createMiddleware } from "hono/factory";
import { RateLimitedError } from "../shared/errors";
import type { AppEnv } from "./app-types";

const PERIOD_SECONDS = 60;

/**
 * Which bucket a route draws from; `auth` is for what can be guessed at, by address of the client alone.
 * Cached public reads are not counted: serving them costs less than counting them.
 */
export function rateLimit(access: string, bucket?: "auth") {
  return createMiddleware<AppEnv>(async function rateLimited(c, next) {
    if (bucket === "auth" && c.env.LIMITS !== "off") {
      const { success } = await c.env.LIMIT_AUTH.limit({ key: c.get("ctx").client.ip ?? "unknown" });
      if (!success) throw new RateLimitedError(PERIOD_SECONDS);
    } else if (c.env.LIMITS !== "off" && !(access === "public" && c.req.method === "GET")) {
      const limiter = access === "public" ? c.env.LIMIT_PUBLIC : c.env.LIMIT_API;
      const key = c.req.header("Authorization") ?? c.req.header("X-API-Key") ?? c.get("ctx").client.ip ?? "unknown";
      const { success } = await limiter.limit({ key: access === "public" ? (c.get("ctx").client.ip ?? "unknown") : key });
      if (!success) throw new RateLimitedError(PERIOD_SECONDS);
    }
    await next();
  });
}
