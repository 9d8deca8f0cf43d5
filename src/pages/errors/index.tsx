// Where the `type` of a problem leads: each code, and what to do about it.
import { Hono } from "hono";
import type { AppEnv } from "../../middleware/app-types";
import { REASONS } from "../../shared/reasons";
import { Document, Mark, toHtml } from "../look/document";
import { stylesheet } from "../look/stylesheets";
import ERRORS_CSS from "./errors.css";

const PLAIN: Record<string, string> = {
  not_json: "400. The body is not JSON.",
  unauthenticated: "401. Send an API key as “Authorization: Bearer …”, or sign in.",
  forbidden: "403. The key lacks a scope, or your role does not reach.",
  not_found: "404. There is no such thing in this workspace.",
  conflict: "409. Not possible in the state it is in.",
  gone: "410. It was there and is not any more.",
  too_large: "413. Larger than the route allows.",
  unsupported_media_type: "415. Send JSON, with “Content-Type: application/json”.",
  invalid: "422. Well-formed but not valid; “errors” gives each place and reason.",
  rate_limited: "429. Wait as long as “Retry-After” says.",
  internal: "500. Our fault, and logged; quote the request id.",
  unavailable: "503. Something we need is out of reach; try again after “Retry-After”.",
};

export const ERROR_CODES: Readonly<Record<string, string>> = { ...PLAIN, ...REASONS };

export const ERRORS_STYLE = stylesheet("errors", ERRORS_CSS);

export const errorPages = new Hono<AppEnv>();

errorPages.get("/docs/errors", (c) => {
  c.header("Cache-Control", "public, max-age=300");
  return c.html(
    toHtml(
      <Document title="Errors · Headwater" style={ERRORS_STYLE}>
        <main class="errors">
          <a class="brand" href="/">
            <Mark /> Headwater
          </a>
          <h1>Errors</h1>
          <p class="lead">
            A failure is <code>application/problem+json</code> with a <code>code</code> from this list and a <code>request_id</code> to
            quote. The rest of the API is in the <a href="/docs">reference</a>.
          </p>
          <dl>
            {Object.entries(ERROR_CODES).map(([code, advice]) => (
              <div id={code}>
                <dt>
                  <a href={`#${code}`}>{code}</a>
                </dt>
                <dd>{advice}</dd>
              </div>
            ))}
          </dl>
        </main>
      </Document>,
    ),
  );
});
