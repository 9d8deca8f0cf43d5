// First in line: gives every request its id, its logger and a context without an actor; last out: the access log line.
import { createMiddleware } from "hono/factory";
import type { ServiceContext } from "../shared/context";
import { newId } from "../shared/ids";
import { createLogger } from "../shared/log";
import { openDatabase } from "../store";
import type { AppEnv } from "./app-types";

// What a caller may choose: short and plain, so that it is safe in a header, a log line and a search box.
const WELL_FORMED_ID = /^[A-Za-z0-9._:-]{8,128}$/;
const MAX_USER_AGENT = 300;

export const requestContext = createMiddleware<AppEnv>(async (c, next) => {
  const startedAt = Date.now();
  const offered = c.req.header("X-Request-Id");
  const requestId = offered !== undefined && WELL_FORMED_ID.test(offered) ? offered : newId("request", startedAt);
  const log = createLogger({ correlation_id: requestId });
  const ctx: ServiceContext = {
    env: c.env,
    db: openDatabase(c.env.DB),
    log,
    correlationId: requestId,
    actor: { kind: "anonymous" },
    client: { ip: c.req.header("CF-Connecting-IP") ?? null, userAgent: c.req.header("User-Agent")?.slice(0, MAX_USER_AGENT) ?? null },
    now: Date.now,
    defer: (work) => c.executionCtx.waitUntil(work),
  };
  c.set("requestId", requestId);
  c.set("ctx", ctx);
  await next();
  c.res.headers.set("X-Request-Id", requestId);
  if (c.env.ENVIRONMENT !== "development" || c.res.status >= 500) {
    log.info("request", { method: c.req.method, path: c.req.path, status: c.res.status, duration_ms: Date.now() - startedAt });
  }
});
