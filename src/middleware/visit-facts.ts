// What is kept about where an answer came from.
import type { Context } from "hono";
import type { VisitFacts } from "../responses";
import type { AppEnv } from "./app-types";

const COUNTRY = /^[A-Z]{2}$/;
const MAX_REFERRER = 200;

export function visitOf(c: Context<AppEnv>): VisitFacts {
  const country = c.req.header("CF-IPCountry");
  return {
    origin: c.req.header("Origin") ?? null,
    referrer: hostOf(c.req.header("Referer")),
    country: country !== undefined && COUNTRY.test(country) ? country : null,
    userAgent: c.get("ctx").client.userAgent,
  };
}

/** The site alone: a full address may carry what somebody searched for, or a token. */
export function hostOf(referrer: string | undefined): string | null {
  return referrer === undefined ? null : (URL.parse(referrer)?.host.slice(0, MAX_REFERRER) ?? null);
}
