// One plain page for what a link in a mail leads to. It works without script, and the token in its address goes nowhere: no
// referrer, nothing loaded from elsewhere, not kept by any cache.
import type { Context } from "hono";
import { raw } from "hono/html";
import type { AppEnv } from "../../middleware/app-types";

const CSP = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --ink: #10202a; --page: #f2f5f6; --card: #fff; --line: #c9d4d9; --go: #0b6a93; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e8eef1; --page: #0f1417; --card: #182025; --line: #34424a; --go: #1580ae; } }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--ink); }
  main { width: min(26rem, calc(100vw - 4rem)); padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
  h1 { margin: 0 0 1rem; font-size: 1.35rem; } p { margin: 0 0 1rem; }
  label { display: block; margin: 0 0 1rem; font-weight: 600; }
  input { display: block; box-sizing: border-box; width: 100%; margin-top: .3rem; padding: .6rem .7rem; font: inherit; color: inherit;
    background: transparent; border: 1px solid var(--line); border-radius: 8px; }
  button { padding: .65rem 1.1rem; font: inherit; font-weight: 600; color: #fff; background: var(--go); border: 0; border-radius: 8px; cursor: pointer; }
  .after { margin: 1.2rem 0 0; font-size: .9rem; }
  :focus-visible { outline: 3px solid color-mix(in srgb, var(--go) 60%, transparent); outline-offset: 2px; }
  [role=alert] { padding: .7rem .9rem; border: 1px solid #c2452f; border-radius: 8px; } a { color: inherit; }`;

type Status = 200 | 401 | 403 | 404 | 409 | 410 | 422 | 429;

export function page(c: Context<AppEnv>, title: string, content: unknown, status: Status = 200) {
  c.header("Content-Security-Policy", CSP);
  c.header("Referrer-Policy", "same-origin");
  c.header("Cache-Control", "no-store");
  return c.html(
    <>
      {raw("<!doctype html>")}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width" />
          <meta name="robots" content="noindex" />
          <title>{`${title} · Headwater`}</title>
          <style>{raw(STYLE)}</style>
        </head>
        <body>
          <main>
            <h1>{title}</h1>
            {content}
          </main>
        </body>
      </html>
    </>,
    status,
  );
}

interface FieldProps {
  label: string;
  name: string;
  type: "text" | "email" | "password";
  autocomplete: string;
  value?: string;
}

export function Field({ label, name, type, autocomplete, value }: FieldProps) {
  return (
    <label>
      {label}
      <input name={name} type={type} autocomplete={autocomplete} value={value ?? ""} required maxlength={1000} />
    </label>
  );
}

export function Problem({ text }: { text: string | null }) {
  return text === null ? null : <p role="alert">{text}</p>;
}
