// Where Headwater may send a request that a customer has addressed. `judgeDestination` is pure and looks at the text alone; it is
// asked when an address is saved and again before each request. `destination-fetch.ts` also looks up the name.
import { isAddress, isLoopbackAddress, isPublicAddress } from "./destination-addresses";

export interface DestinationPolicy {
  /** Of the developer's own machine: plain HTTP, and localhost on any port. Never in production. */
  local: boolean;
  /** Host and port of Headwater itself: a webhook into our own API would feed itself for ever. */
  ownHost: string;
}

export type DestinationReason = "not_a_url" | "scheme" | "credentials" | "port" | "name" | "address" | "own" | "unresolved" | "resolver";

export type DestinationVerdict =
  | { ok: true; url: URL; loopback: boolean }
  | { ok: false; reason: DestinationReason; message: string /** Might be different in a while. */; passing: boolean };

const MAX_DESTINATION = 2_000;

// The ports on which Cloudflare itself speaks HTTPS: web servers listen there, mail and databases do not.
const HTTPS_PORTS: ReadonlySet<string> = new Set(["", "443", "2053", "2083", "2087", "2096", "8443"]);
const HTTP_PORTS: ReadonlySet<string> = new Set(["", "80", "8080"]);

// Names that only mean something inside somebody's network; `metadata.google.internal` is one of them.
const INSIDE = /(?:^|\.)(?:local|localdomain|internal|intranet|private|lan|home|corp|arpa|onion)$/;

export function destinationPolicy(env: Pick<Env, "ENVIRONMENT" | "PUBLIC_URL">): DestinationPolicy {
  return { local: env.ENVIRONMENT === "development", ownHost: URL.parse(env.PUBLIC_URL)?.host ?? "" };
}

export function judgeDestination(text: string, policy: DestinationPolicy): DestinationVerdict {
  const url = text.length <= MAX_DESTINATION ? URL.parse(text) : null;
  if (url === null) return refuse("not_a_url", "This is not an absolute URL of at most 2,000 characters.");
  if (url.protocol !== "https:" && !(policy.local && url.protocol === "http:"))
    return refuse("scheme", "The URL must begin with https://.");
  if (url.username !== "" || url.password !== "") return refuse("credentials", "Put credentials into a header, not into the URL.");
  // The parser has made 2130706433, 0x7f.1, 0177.0.0.1 and full-width digits into 127.0.0.1 by now.
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  const loopback = isLoopback(host);
  if (url.host === policy.ownHost || (policy.ownHost !== "" && !loopback && host === hostOf(policy.ownHost)))
    return refuse("own", "Headwater does not send to itself.");
  if (loopback) return policy.local ? { ok: true, url, loopback } : refuse("address", "The address is not on the public internet.");
  if (!(url.protocol === "https:" ? HTTPS_PORTS : HTTP_PORTS).has(url.port))
    return refuse("port", "Use port 443, or another that HTTPS is commonly served on (8443, 2053, 2083, 2087, 2096).");
  if (isAddress(host)) {
    return isPublicAddress(host) ? { ok: true, url, loopback } : refuse("address", "The address is not on the public internet.");
  }
  if (!host.includes(".") || INSIDE.test(host)) return refuse("name", "The name is not one of the public internet.");
  return { ok: true, url, loopback };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || isLoopbackAddress(host);
}

function hostOf(hostAndPort: string): string {
  return hostAndPort.replace(/:\d+$/, "");
}

export function refuse(reason: DestinationReason, message: string, passing = false): DestinationVerdict {
  return { ok: false, reason, message, passing };
}
