// The operator of the service is nobody's member: a secret of the deployment says who it is. Without the secret, or with one too
// short to withstand guessing, its routes are not there at all.
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { equalInConstantTime, sha256Hex } from "../shared/crypto";
import { NotFoundError, RateLimitedError, UnauthenticatedError } from "../shared/errors";
import { limitsAreOff } from "../shared/limits-off";
import type { AppEnv } from "./app-types";

const HEADER = "X-Operator-Token";
const MIN_TOKEN_LENGTH = 32;
const PERIOD_SECONDS = 60;
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** A header of its own, so that a token can never be mistaken for an API key, nor be sent by a browser by itself. */
export const requireOperator = createMiddleware<AppEnv>(async function operatorRequired(c, next) {
  const ctx = c.get("ctx");
  const token = c.env.OPERATOR_TOKEN;
  if (token === undefined || token.length < MIN_TOKEN_LENGTH) throw new NotFoundError("The page");
  if (!limitsAreOff(c.env) && !(await c.env.LIMIT_AUTH.limit({ key: `operator:${ctx.client.ip ?? "unknown"}` })).success) {
    throw new RateLimitedError(PERIOD_SECONDS);
  }
  const offered = c.req.header(HEADER);
  // Hashes are of one length, so the comparison takes as long for any guess.
  if (offered === undefined || !equalInConstantTime(await sha256Hex(offered), await sha256Hex(token))) {
    throw new UnauthenticatedError(`This needs the operator's token in ${HEADER}.`);
  }
  c.set("ctx", { ...ctx, actor: { kind: "operator" } });
  await next();
});

/** Lets anybody in on the developer's own machine. Elsewhere, and for any other host name (a tunnel, a LAN), `guard` decides. */
export function openLocally(guard: MiddlewareHandler<AppEnv>) {
  return createMiddleware<AppEnv>(async function openOnLoopback(c, next) {
    if (c.env.ENVIRONMENT === "development" && LOOPBACK.has(new URL(c.req.url).hostname)) return next();
    return guard(c, next);
  });
}
