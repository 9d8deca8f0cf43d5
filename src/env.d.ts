// Secrets and optional settings: set with `wrangler secret put`, never in wrangler.toml, so `wrangler types` cannot see them.
interface Secrets {
  /** Signs sessions, tickets and links, and seals what is encrypted at rest. At least 32 characters. */
  APP_SECRET: string;
  /** The secret before the last rotation: still opens what it sealed. */
  APP_SECRET_PREVIOUS?: string;
  /** Of Cloudflare Turnstile, for forms that ask for its check. */
  TURNSTILE_SECRET?: string;
  /** The public half, for the widget on a form's page. */
  TURNSTILE_SITE_KEY?: string;
  GOOGLE_CLIENT_ID?: string;
  GOOGLE_CLIENT_SECRET?: string;
  /** JSON: `[{"id", "name", "discovery_url", "client_id", "client_secret"}]`. */
  OIDC_PROVIDERS?: string;
  MAIL_HTTP_KEY?: string;
  MAIL_SMTP_URL?: string;
  /** Where the HTTP mail service is, when it is not the usual one. */
  MAIL_HTTP_URL?: string;
  /** Proves that news of bounces come from the mail service: its `whsec_…`, or what it sends as a bearer token. */
  MAIL_EVENTS_SECRET?: string;
  /** A resolver that speaks DNS over HTTPS in JSON, when it is not the usual one. */
  DNS_URL?: string;
  SESSION_IDLE_DAYS?: string;
  SESSION_ABSOLUTE_DAYS?: string;
  /** "off": each submit makes a call of its own to its ledger; see docs/operations.md. */
  SHARED_CALLS?: string;
  /** Lets who runs the service set feature flags; at least 32 characters. Without it those routes are not there. */
  OPERATOR_TOKEN?: string;
  /** A virus scanner for what respondents upload; see docs/uploads.md for what it is sent. Without it nothing is scanned. */
  UPLOAD_SCAN_URL?: string;
  /** Sent to it as a bearer token. */
  UPLOAD_SCAN_TOKEN?: string;
  /** The most bytes of files that one workspace may keep. */
  UPLOADS_MAX_BYTES?: string;
  /** Present when Postgres is the primary store of responses. */
  HYPERDRIVE?: Hyperdrive;
  /** Set by `npm start` while it prepares a store, and never otherwise: opens /dev/seed. */
  SEED_TOKEN?: string;
}

interface Env extends Secrets {}

declare namespace Cloudflare {
  interface Env extends Secrets {}
}
