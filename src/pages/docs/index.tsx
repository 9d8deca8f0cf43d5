// The API reference, served whole from our own origin: no CDN, so it works offline and under a policy of 'self'.
import { Hono } from "hono";
import { html } from "hono/html";
import type { AppEnv } from "../../middleware/app-types";

// The reference writes its styles into the page as it runs, hence 'unsafe-inline' for styles; scripts stay ours alone.
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; " +
  "connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; frame-ancestors 'none'";

// By itself the reference asks its makers for fonts, an assistant and a proxy: none of that is ours to send readers to.
const SETTINGS = JSON.stringify({
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: "never",
  hideClientButton: true,
});

export const docs = new Hono<AppEnv>();

docs.get("/docs", (c) => {
  c.header("Content-Security-Policy", CSP);
  c.header("Cache-Control", "public, max-age=300");
  return c.html(html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Headwater API reference</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
      </head>
      <body>
        <noscript>This reference needs JavaScript; the document itself is at <a href="/api/openapi.json">/api/openapi.json</a>.</noscript>
        <script id="api-reference" data-url="/api/openapi.json" data-configuration="${SETTINGS}"></script>
        <script src="/docs/scalar.js"></script>
      </body>
    </html>`);
});
