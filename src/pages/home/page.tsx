// The front door: what this is, and the few places to go from here.
import type { Child } from "hono/jsx";

export interface Demo {
  url: string;
  email: string;
  password: string;
  api_key: string;
  form_id: string;
  form_slug: string;
}

export interface HealthView {
  status: string;
  checks: { name: string; status: string }[];
}

export function HomePage({ health, demo }: { health: HealthView; demo: Demo | null }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="description" content="Forms and data on the edge: publish, watch, question, forecast, deliver." />
        <title>Headwater</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/home.css" />
      </head>
      <body>
        <main>
          <div class="brand">
            <Mark /> Headwater
          </div>
          <h1>Every answer, from the source onwards.</h1>
          <p class="lead">
            Publish a form, watch answers arrive live, question them, forecast them, and push them to your other tools without losing one.
            All of it runs on the edge, in one place.
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
            <HealthCard health={health} />
            {demo !== null && <TryCard demo={demo} />}
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
      </body>
    </html>
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
      <dl>
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

function HealthCard({ health }: { health: HealthView }) {
  return (
    <Card title="Health">
      <dl>
        <dt>Service</dt>
        <dd class={`state ${health.status}`}>{health.status}</dd>
        {health.checks.map((check) => (
          <>
            <dt>{check.name}</dt>
            <dd class={`state ${check.status}`}>{check.status}</dd>
          </>
        ))}
      </dl>
    </Card>
  );
}

function TryCard({ demo }: { demo: Demo }) {
  const command = `curl -s ${demo.url}/api/v1/forms/${demo.form_id} \\\n  -H "Authorization: Bearer ${demo.api_key}"`;
  return (
    <Card title="Try it from a terminal" wide>
      <p>This key belongs to the demo workspace on this machine and has every scope.</p>
      <pre tabindex={0}>
        <code>{command}</code>
      </pre>
    </Card>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" aria-hidden="true">
      <path d="M12 2.5c3 4 5 6.400 5 9.500a5 5 0 0 1-10 0c0-3.100 2-5.500 5-9.500Z" />
      <path d="M3 20.500c1.500-1.300 3-1.300 4.500 0s3 1.300 4.500 0 3-1.300 4.500 0 3 1.300 4.500 0" />
    </svg>
  );
}
