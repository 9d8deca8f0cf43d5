// The front door: what this is, and the few places to go from here.
import type { Child } from "hono/jsx";
import type { Readiness } from "../../operations";
import { Document, Mark } from "../look/document";
import type { Stylesheet } from "../look/stylesheets";

export interface Demo {
  email: string;
  password: string;
  api_key: string;
  form_id: string;
  form_slug: string;
}

interface HomePageProps {
  style: Stylesheet;
  readiness: Readiness;
  demo: Demo | null;
  /** Where this very page was found: what is pasted from it then works, whatever the port. */
  origin: string;
}

export function HomePage({ style, readiness, demo, origin }: HomePageProps) {
  return (
    <Document title="Headwater" style={style} description="Forms and data on the edge: publish, watch, question, forecast, deliver.">
      <main>
        <div class="brand">
          <Mark /> Headwater
        </div>
        <h1>Every answer, from the source onwards.</h1>
        <p class="lead">
          Publish a form, watch answers arrive live, question them, forecast them, and push them to your other tools without losing one. All
          of it runs on the edge, in one place.
        </p>
        <ul class="actions">
          {demo !== null && (
            <li>
              <a class="primary" href={`/f/${demo.form_slug}`}>
                Open the demo form
              </a>
            </li>
          )}
          <li>
            <a class={demo === null ? "primary" : ""} href="/docs">
              API reference
            </a>
          </li>
          <li>
            <a href="/api/openapi.json">OpenAPI document</a>
          </li>
          {demo !== null && (
            <li>
              <a href="/dev/mail">Mailbox</a>
            </li>
          )}
        </ul>
        <div class="cards">
          {demo !== null && <DemoCard demo={demo} />}
          <HealthCard readiness={readiness} />
          {demo !== null && <TryCard demo={demo} origin={origin} />}
        </div>
        <footer>
          Machine-readable: <a href="/health/ready">readiness</a> · <a href="/health/live">liveness</a>
          {demo !== null && (
            <>
              {" "}
              · <a href="/metrics">metrics</a>
            </>
          )}
        </footer>
      </main>
    </Document>
  );
}

function Card({ title, wide = false, children }: { title: string; wide?: boolean; children: Child }) {
  return (
    <section class={wide ? "card wide" : "card"}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function DemoCard({ demo }: { demo: Demo }) {
  return (
    <Card title="Demo workspace">
      <dl class="stacked">
        <dt>E-mail</dt>
        <dd>
          <code>{demo.email}</code>
        </dd>
        <dt>Password</dt>
        <dd>
          <code>{demo.password}</code>
        </dd>
        <dt>API key</dt>
        <dd>
          <code>{demo.api_key}</code>
        </dd>
        <dt>Form</dt>
        <dd>
          <code>{demo.form_id}</code>
        </dd>
      </dl>
    </Card>
  );
}

const STATES = { ok: "all is well", degraded: "works, but for what is named below", unavailable: "cannot serve just now" } as const;
const NAMES: Record<string, string> = {
  d1: "Database",
  kv: "Cache",
  r2: "Files",
  queue: "Queues",
  ledger: "Ledgers",
  browser: "PDF",
  postgres: "Postgres",
};

function HealthCard({ readiness: { status, checks } }: { readiness: Readiness }) {
  return (
    <Card title="Health">
      <dl>
        <dt>Service</dt>
        <dd class={`state ${status}`}>{STATES[status]}</dd>
        {Object.entries(checks).map(([name, check]) => (
          <>
            <dt>{NAMES[name] ?? name}</dt>
            <dd class={`state ${check.status}`}>{check.status === "ok" ? `ok, ${check.latency_ms} ms` : (check.detail ?? check.status)}</dd>
          </>
        ))}
      </dl>
    </Card>
  );
}

function TryCard({ demo, origin }: { demo: Demo; origin: string }) {
  const command = `curl -s ${origin}/api/v1/forms/${demo.form_id} \\\n  -H "Authorization: Bearer ${demo.api_key}"`;
  return (
    <Card title="Try it from a terminal" wide>
      <p>This key belongs to the demo workspace on this machine and has every scope.</p>
      <pre tabindex={0}>
        <code>{command}</code>
      </pre>
    </Card>
  );
}
