// The mailbox of a developer's own machine: what would have left, newest first. Development only, and in no document.
import { raw } from "hono/html";
import { listMailbox, readMailbox } from "../../mail";
import { newApp } from "../new-app";
import { isoTime } from "../wire";

const PAGE_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'";
// A mail is shown as a mail program would: it may look like something, and do nothing.
const MAIL_CSP =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

const STYLE = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; }
  h1 { font-size: 1.3rem; } h1 a { color: inherit; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
  th { font-weight: 600; } td.dim, p.dim { opacity: .7; }
  iframe { width: 100%; height: 36rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 8px; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 8px; }`;

const LINK = /https?:\/\/[^\s<>"]+/g;

export const devMail = newApp();

devMail.get("/dev/mail", async (c) => {
  const mails = await listMailbox(c.get("ctx"));
  c.header("Content-Security-Policy", PAGE_CSP);
  return c.html(
    <Page title="Mailbox">
      <p class="dim">Mail that would have left, newest first. Reload for more.</p>
      {mails.length === 0 ? (
        <p>Nothing yet.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th>Subject</th>
              <th>To</th>
              <th>State</th>
              <th>When</th>
            </tr>
          </thead>
          <tbody>
            {mails.map((mail) => (
              <tr>
                <td>{mail.body === null ? mail.subject : <a href={`/dev/mail/${mail.id}`}>{mail.subject}</a>}</td>
                <td>{mail.recipient}</td>
                <td>{mail.lastError === null ? mail.status : `${mail.status}: ${mail.lastError}`}</td>
                <td class="dim">{isoTime(mail.createdAt)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Page>,
  );
});

devMail.get("/dev/mail/:id", async (c) => {
  const mail = await readMailbox(c.get("ctx"), c.req.param("id"));
  c.header("Content-Security-Policy", PAGE_CSP);
  return c.html(
    <Page title={mail.subject}>
      <p class="dim">
        To {mail.recipient}, {isoTime(mail.createdAt)}, {mail.status}
      </p>
      <iframe title="The mail as HTML" src={`/dev/mail/${mail.id}/html`} sandbox="allow-popups allow-popups-to-escape-sandbox" />
      <h2>As text</h2>
      <pre>
        <Linked text={mail.text} />
      </pre>
    </Page>,
  );
});

devMail.get("/dev/mail/:id/html", async (c) => {
  const { html } = await readMailbox(c.get("ctx"), c.req.param("id"));
  c.header("Content-Security-Policy", MAIL_CSP);
  c.header("X-Frame-Options", "SAMEORIGIN");
  // Links open beside the mailbox, not inside the frame.
  return c.html(html.replace("<head>", '<head><base target="_blank">'));
});

function Page({ title, children }: { title: string; children?: unknown }) {
  return (
    <>
      {raw("<!doctype html>")}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width" />
          <title>{title}</title>
          <style>{raw(STYLE)}</style>
        </head>
        <body>
          <h1>
            <a href="/dev/mail">Mailbox</a>
            {title === "Mailbox" ? "" : ` · ${title}`}
          </h1>
          {children}
        </body>
      </html>
    </>
  );
}

function Linked({ text }: { text: string }) {
  const parts = text.split(LINK);
  const links = text.match(LINK) ?? [];
  return (
    <>
      {parts.map((part, i) => (
        <>
          {part}
          {links[i] === undefined ? null : (
            <a href={links[i]} target="_blank" rel="noreferrer">
              {links[i]}
            </a>
          )}
        </>
      ))}
    </>
  );
}
