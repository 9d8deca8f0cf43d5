// Headers that a customer wants on every delivery. Pure.
import type { Issue } from "../shared/errors";
import { MAX_HEADERS } from "./limits";

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]{0,2000}$/;

// Of the connection and not of the message; or what the runtime and the signature decide.
const NOT_THEIRS: ReadonlySet<string> = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "date",
  "expect",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "user-agent",
  "via",
]);
const NOT_THEIR_PREFIX = /^(?:x-webhook-|webhook-|cf-|x-forwarded-|x-real-ip|sec-|proxy-)/;

export function whyBadHeaders(headers: Readonly<Record<string, string>>): Issue[] {
  const names = Object.keys(headers);
  const issues: Issue[] = [];
  if (names.length > MAX_HEADERS) issues.push({ path: "headers", message: `At most ${MAX_HEADERS} headers.`, code: "too_many" });
  const seen = new Set<string>();
  for (const name of names.slice(0, MAX_HEADERS)) {
    const path = `headers.${name.slice(0, 100)}`;
    const lower = name.toLowerCase();
    if (!TOKEN.test(name)) issues.push({ path, message: "This is not the name of a header.", code: "bad_header" });
    else if (NOT_THEIRS.has(lower) || NOT_THEIR_PREFIX.test(lower)) {
      issues.push({ path, message: "Headwater or the connection itself sets this header.", code: "bad_header" });
    } else if (seen.has(lower)) issues.push({ path, message: "This header is given twice.", code: "bad_header" });
    if (!VALUE.test(headers[name] ?? "")) {
      issues.push({ path, message: "A header's value is one line of at most 2,000 characters.", code: "bad_header" });
    }
    seen.add(lower);
  }
  return issues;
}
