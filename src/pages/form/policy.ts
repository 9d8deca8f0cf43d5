// pure. What the browser is told about a form's page.
import type { FormSettings } from "../../forms";

const TURNSTILE = "https://challenges.cloudflare.com";
export const TURNSTILE_SCRIPT = `${TURNSTILE}/turnstile/v0/api.js`;
/** The name under which the widget sends what it has earned. */
export const TURNSTILE_CONTROL = "cf-turnstile-response";

/**
 * No script at all, nothing inline; pictures may come from anywhere, because authors name them. A form without `allowed_origins`
 * may be shown on any site: it holds nothing of its visitor's, so a frame around it can steal nothing.
 */
export function pagePolicy(settings: FormSettings | undefined): string {
  // Only a form whose owner asks for the check for people lets a script in, and that one alone.
  const check = settings?.turnstile === true ? `script-src ${TURNSTILE}; frame-src ${TURNSTILE}; ` : "";
  return (
    `default-src 'none'; style-src 'self'; img-src 'self' data: https: http:; form-action 'self'; base-uri 'none'; ${check}` +
    `frame-ancestors ${frameAncestors(settings?.allowed_origins ?? [])}`
  );
}

function frameAncestors(origins: readonly string[]): string {
  if (origins.length === 0 || origins.includes("*")) return "*";
  // Parsed again, whatever was checked when it was published: a stray semicolon would start a directive of its own.
  const safe = origins.map((origin) => URL.parse(origin)?.origin ?? "null").filter((origin) => /^https?:\/\/[^\s;,'"]+$/.test(origin));
  return ["'self'", ...safe].join(" ");
}

/** Where to go after the answer; anything but the web is no place to send somebody. */
export function onwardsTo(settings: FormSettings | undefined): URL | null {
  const url = settings?.redirect_url === undefined ? null : URL.parse(settings.redirect_url);
  return url !== null && /^https?:$/.test(url.protocol) ? url : null;
}
