import { createMiddleware } from "hono/factory";
import type { AppEnv } from "./app-types";

/** Nothing but our own origin, and no inline script: a page that needs more sets its own policy and says why. */
const STRICT_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** JSON is no document: nothing in it runs, loads, links or is framed, and each header is copied at every step of the way. */
const DATA = /^application\/(?:problem\+)?json\b/;
const DATA_CSP = "default-src 'none'; frame-ancestors 'none'";

export const securityHeaders = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  const { headers } = c.res;
  headers.set("X-Content-Type-Options", "nosniff");
  if (c.req.url.startsWith("https:")) headers.set("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
  if (DATA.test(headers.get("Content-Type") ?? "")) {
    headers.set("Content-Security-Policy", DATA_CSP);
    return;
  }
  const ownPolicy = headers.get("Content-Security-Policy");
  if (ownPolicy === null) headers.set("Content-Security-Policy", STRICT_CSP);
  if (!headers.has("Referrer-Policy")) headers.set("Referrer-Policy", "strict-origin-when-cross-origin");
  headers.set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()");
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  // It knows only all or nothing: where some may frame the page, the policy alone says who.
  if ((ownPolicy ?? STRICT_CSP).includes("frame-ancestors 'none'") && !headers.has("X-Frame-Options"))
    headers.set("X-Frame-Options", "DENY");
});
