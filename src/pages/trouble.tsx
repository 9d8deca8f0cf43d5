// What went wrong, for a person in front of a browser. Programs are answered as ever, in problem+json.
import type { Context, ErrorHandler, NotFoundHandler } from "hono";
import type { AppEnv } from "../middleware/app-types";
import { statusOf } from "../middleware/problem";
import { DomainError } from "../shared/errors";
import { toHtml } from "./look/document";
import { PlainPage } from "./look/plain-page";

const FOR_PROGRAMS = /^\/(api|health|metrics)(\/|$)/;
const FORM_PAGE = /^\/f\/[^/]+/;

interface Words {
  title: string;
  text: string;
}

export function errorForPeople(otherwise: ErrorHandler<AppEnv>): ErrorHandler<AppEnv> {
  return async (error, c) => {
    if (!isPerson(c)) return otherwise(error, c);
    // The other one knows what to log, and which headers a refusal carries.
    const reply = await otherwise(error, c);
    const words = error instanceof DomainError ? wordsFor(error, FORM_PAGE.test(c.req.path)) : UNEXPECTED;
    const status = error instanceof DomainError ? statusOf(error.code) : reply.status;
    return page(c, status, words, reply.headers.get("Retry-After"));
  };
}

export function notFoundForPeople(otherwise: NotFoundHandler<AppEnv>): NotFoundHandler<AppEnv> {
  return (c) => (isPerson(c) ? page(c, 404, NOWHERE, null) : otherwise(c));
}

/** A form's page has only readers; elsewhere a browser says that it would rather have HTML. */
function isPerson(c: Context<AppEnv>): boolean {
  if (FORM_PAGE.test(c.req.path)) return true;
  return !FOR_PROGRAMS.test(c.req.path) && (c.req.header("Accept") ?? "").includes("text/html");
}

const NOWHERE: Words = { title: "There is nothing here", text: "The address may be mistyped, or what was here has moved." };
const UNEXPECTED: Words = { title: "Something broke on our side", text: "We have logged it. Please try again in a moment." };

function wordsFor(error: DomainError, isForm: boolean): Words {
  switch (error.details.reason) {
    case "form_closed":
      return { title: "This form is closed", text: "It takes no more answers. Thank you for stopping by." };
    case "form_archived":
      return { title: "This form is no longer offered", text: "It takes no more answers." };
    case "not_open":
      return { title: "This form is not open yet", text: "Please come back a little later." };
    case "quota_reached":
      return { title: "All places are taken", text: "This form has as many answers as it can take." };
    case "duplicate":
      return { title: "You have already answered", text: "This form takes one answer from each person. Yours has arrived." };
    case "idempotency_key_reused":
      return { title: "Already sent", text: "The answers from this page have arrived. To send others, open the form again." };
    case "origin_not_allowed":
      return { title: "Not from this site", text: "This form does not take answers from the site you came from." };
  }
  switch (error.code) {
    case "not_found":
      return isForm ? { title: "There is no such form", text: "The address may be mistyped, or the form is not published." } : NOWHERE;
    case "rate_limited":
      return { title: "A little too fast", text: "There were very many requests from your network. Please wait a minute, then try again." };
    case "unavailable":
      return { title: "Not available just now", text: "Please try again in a moment." };
    case "too_large":
      return { title: "Too much at once", text: "What was sent is larger than this page takes." };
    default:
      return { title: "That did not work", text: error.message };
  }
}

function page(c: Context<AppEnv>, status: number, { title, text }: Words, retryAfter: string | null): Response {
  c.header("Cache-Control", "no-store");
  if (retryAfter !== null) c.header("Retry-After", retryAfter);
  const inForm = FORM_PAGE.test(c.req.path);
  const html = toHtml(
    <PlainPage title={title} about={c.get("about")}>
      <p>{text}</p>
      {status >= 500 && <p class="small">Reference: {c.get("requestId")}</p>}
      {!inForm && (
        <a class="button" href="/">
          To the front page
        </a>
      )}
    </PlainPage>,
  );
  return c.body(html, status as 404, { "Content-Type": "text/html; charset=utf-8" });
}
