import { createMiddleware } from "hono/factory";
import type { ServiceContext } from "../shared/context";
import { RateLimitedError } from "../shared/errors";
import { limitsAreOff } from "../shared/limits-off";
import type { AppEnv } from "./app-types";

const PERIOD_SECONDS = 60;

export type Bucket = "auth" | "public" | "api";

/**
 * Which bucket a route draws from; `auth` is for what can be guessed at, by address of the client alone.
 * Cached public reads are not counted: serving them costs less than counting them.
 */
export function rateLimit(access: string, bucket: Bucket = access === "public" ? "public" : "api") {
  return createMiddleware<AppEnv>(async function rateLimited(c, next) {
    if (bucket !== "public" || c.req.method !== "GET") await drawFrom(c.get("ctx"), bucket);
    await next();
  });
}

export async function drawFrom(ctx: ServiceContext, bucket: Bucket): Promise<void> {
  const { env } = ctx;
  if (limitsAreOff(env)) return;
  const limiter = { auth: env.LIMIT_AUTH, public: env.LIMIT_PUBLIC, api: env.LIMIT_API }[bucket];
  const { success } = await limiter.limit({ key: bucket === "api" ? caller(ctx) : address(ctx) });
  if (!success) throw new RateLimitedError(PERIOD_SECONDS);
}

/** By who it turned out to be, never by what was sent: a made-up key a request would be a fresh bucket a request. */
function caller(ctx: ServiceContext): string {
  const { actor } = ctx;
  switch (actor.kind) {
    case "key":
      return actor.keyId;
    case "person":
    case "member":
      return actor.userId;
    default:
      return address(ctx);
  }
}

function address({ client }: ServiceContext): string {
  return client.ip ?? "unknown";
}
