// Where the `type` of a problem leads: each code, and what to do about it.
import { REASONS } from "../../shared/reasons";
import { newApp } from "../new-app";

const PLAIN: Record<string, string> = {
  not_json: "400. The body is not JSON.",
  unauthenticated: "401. Send an API key as `Authorization: Bearer …`, or sign in.",
  forbidden: "403. The key lacks a scope, or your role does not reach.",
  not_found: "404. There is no such thing in this workspace.",
  conflict: "409. Not possible in the state it is in.",
  gone: "410. It was there and is not any more.",
  too_large: "413. Larger than the route allows.",
  unsupported_media_type: "415. Send JSON, with `Content-Type: application/json`.",
  invalid: "422. Well-formed but not valid; `errors` gives each place and reason.",
  rate_limited: "429. Wait as long as `Retry-After` says.",
  internal: "500. Our fault, and logged; quote the request id.",
  unavailable: "503. Something we need is out of reach; try again after `Retry-After`.",
};

export const ERROR_CODES: Readonly<Record<string, string>> = { ...PLAIN, ...REASONS };

export const errorPage = newApp();

errorPage.get("/docs/errors", (c) => {
  c.header("Cache-Control", "public, max-age=300");
  return c.html(
    `<!doctype html>${(
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>Errors · Headwater</title>
          <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
          <link rel="stylesheet" href="/home.css" />
        </head>
        <body>
          <main>
            <a href="/docs">API reference</a>
            <h1>Errors</h1>
            <p class="lead">
              Every failure is <code>application/problem+json</code> with a <code>code</code> from this list, and a <code>request_id</code>{" "}
              to quote.
            </p>
            <section class="card">
              <dl>
                {Object.entries(ERROR_CODES).map(([code, advice]) => (
                  <>
                    <dt id={code}>
                      <code>{code}</code>
                    </dt>
                    <dd>{advice}</dd>
                  </>
                ))}
              </dl>
            </section>
          </main>
        </body>
      </html>
    )}`,
  );
});
