// Public routes may be called from any page, without credentials; every other route answers no other origin at all.
import { cors } from "hono/cors";

const ONE_DAY_SECONDS = 86_400;

export const publicCors = cors({
  origin: "*",
  allowMethods: ["GET", "POST", "OPTIONS"],
  allowHeaders: ["Content-Type", "Idempotency-Key", "If-None-Match", "X-Request-Id"],
  exposeHeaders: ["ETag", "Idempotency-Replayed", "Retry-After", "X-Cache", "X-Request-Id"],
  maxAge: ONE_DAY_SECONDS,
});
