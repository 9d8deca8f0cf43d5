// One plain page for what a link in a mail leads to. It works without script, and the token in its address goes nowhere: no
// referrer, nothing loaded from elsewhere, not kept by any cache.
import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { AppEnv } from "../../middleware/app-types";
import { Document, Mark, toHtml } from "../look/document";
import { stylesheet } from "../look/stylesheets";
import ACCOUNT_CSS from "./account.css";

export const ACCOUNT_STYLE = stylesheet("account", ACCOUNT_CSS);

type Status = 200 | 401 | 403 | 404 | 409 | 410 | 422 | 429;

export function page(c: Context<AppEnv>, title: string, content: Child, status: Status = 200) {
  c.header("Referrer-Policy", "same-origin");
  c.header("Cache-Control", "no-store");
  return c.html(
    toHtml(
      <Document title={`${title} · Headwater`} style={ACCOUNT_STYLE} indexed={false}>
        <main class="account">
          <a class="brand" href="/">
            <Mark /> Headwater
          </a>
          <h1>{title}</h1>
          {content}
        </main>
      </Document>,
    ),
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
