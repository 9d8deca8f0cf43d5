// Without APP_SECRET nothing may be signed or sealed: with an empty one everybody could forge a session, and a library's own
// default is known to everybody. So a deployment that forgot it answers nothing but whether it is alive.
import { createMiddleware } from "hono/factory";
import { UnavailableError } from "../shared/errors";
import type { AppEnv } from "./app-types";

const MIN_LENGTH = 32;
const ALIVE = "/health/live";

export const requiredSecret = createMiddleware<AppEnv>(async (c, next) => {
  if ((c.env.APP_SECRET ?? "").length < MIN_LENGTH && c.req.path !== ALIVE) {
    c.get("ctx").log.error("not set up", { why: `The secret APP_SECRET is missing or shorter than ${MIN_LENGTH} characters.` });
    throw new UnavailableError("The service is not set up yet; its log says what is missing.", 60);
  }
  await next();
});
