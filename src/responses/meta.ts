// What is kept about where an answer came from. Never the address itself.
import { createHash } from "node:crypto";

export interface VisitFacts {
  origin: string | null;
  referrer: string | null;
  country: string | null;
  userAgent: string | null;
  /** Sent by the form's own page, which may be looked at wherever its frame is allowed. */
  ownPage?: boolean;
}

export function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

/** The sender's own notes, with what we have seen ourselves on top: nobody chooses their own country. */
export function metaOf(given: Record<string, unknown> | undefined, visit: VisitFacts): Record<string, unknown> {
  return {
    ...given,
    ...(visit.country === null ? {} : { country: visit.country }),
    ...(visit.userAgent === null ? {} : { device: deviceOf(visit.userAgent) }),
    ...(given?.referrer === undefined && visit.referrer !== null ? { referrer: visit.referrer } : {}),
  };
}

function deviceOf(userAgent: string): "phone" | "tablet" | "desktop" | "program" {
  if (/ipad|tablet|android(?!.*mobile)/i.test(userAgent)) return "tablet";
  if (/mobi|iphone|android/i.test(userAgent)) return "phone";
  return /mozilla|opera/i.test(userAgent) ? "desktop" : "program";
}
