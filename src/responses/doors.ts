// What a submit from the open web must pass before anything else looks at it. A program with a key of the workspace passes none
// of it: it has shown who it is. All refusals are of the request; nothing is written.
import { type FormSettings, isOriginAllowed } from "../forms";
import { ForbiddenError, InvalidError } from "../shared/errors";

export interface Visit {
  origin: string | null;
  /** The form's own page: `allowed_origins` says who may frame it, and the browser keeps to that. */
  ownPage?: boolean;
  /** What came in the field that no person sees. */
  trap: string | null;
  startedAt: number | null;
}

export function assertWelcome(settings: FormSettings | undefined, visit: Visit, now: number): void {
  if (visit.ownPage !== true && !isOriginAllowed(settings, visit.origin)) {
    throw new ForbiddenError("This form does not take answers from this site.", { reason: "origin_not_allowed" });
  }
  if (settings?.honeypot === true && visit.trap !== null && visit.trap !== "") {
    throw new InvalidError(
      "This does not look like a person's answer.",
      [{ path: "trap", message: "Leave this empty.", code: "spam" }],
      "spam",
    );
  }
  const least = settings?.min_fill_seconds ?? 0;
  if (least > 0 && (visit.startedAt === null || now - visit.startedAt < least * 1_000)) {
    const message = `Please take at least ${least} seconds, and say in \`started_at\` when you began.`;
    throw new InvalidError("That was faster than a person fills this in.", [{ path: "started_at", message, code: "too_fast" }], "too_fast");
  }
}
