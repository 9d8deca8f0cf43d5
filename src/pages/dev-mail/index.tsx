// The mailbox of a developer's own machine: what would have left, newest first. Development only, and in no document.
import { Hono } from "hono";
import type { Child } from "hono/jsx";
import { listMailbox, type MailAttachment, readMailbox } from "../../mail";
import type { AppEnv } from "../../middleware/app-types";
import { Document, toHtml } from "../look/document";
import { stylesheet } from "../look/stylesheets";
import MAILBOX_CSS from "./mailbox.css";

const PAGE_CSP = "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; frame-ancestors 'none'";
// A mail is shown as a mail program would: it may look like something, and do nothing.
const MAIL_CSP =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

export const MAILBOX_STYLE = stylesheet("mailbox", MAILBOX_CSS);

const LINK = /https?:\/\/[^\s<>"]+/g;

export const devMail = new Hono<AppEnv>();

devMail.get("/dev/mail", async (c) => {
  const mails = await listMailbox(c.get("ctx"));
  c.header("Content-Security-Policy", PAGE_CSP);
  return c.html(
    toHtml(
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
                  <td class="dim">{when(mail.createdAt)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Page>,
    ),
  );
});

devMail.get("/dev/mail/:id", async (c) => {
  const mail = await readMailbox(c.get("ctx"), c.req.param("id"));
  c.header("Content-Security-Policy", PAGE_CSP);
  return c.html(
    toHtml(
      <Page title={mail.subject}>
        <p class="dim">
          To {mail.recipient}, {when(mail.createdAt)}, {mail.status}
        </p>
        <iframe title="The mail as HTML" src={`/dev/mail/${mail.id}/html`} sandbox="allow-popups allow-popups-to-escape-sandbox" />
        <h2>As text</h2>
        <pre>
          <Linked text={mail.text} />
        </pre>
      </Page>,
    ),
  );
});

devMail.get("/dev/mail/:id/html", async (c) => {
  const { html, attachments = [] } = await readMailbox(c.get("ctx"), c.req.param("id"));
  c.header("Content-Security-Policy", MAIL_CSP);
  c.header("X-Frame-Options", "SAMEORIGIN");
  // Links open beside the mailbox, not inside the frame.
  return c.html(withPictures(html, attachments).replace("<head>", '<head><base target="_blank">'));
});

/** What a mail program takes from the mail itself. */
function withPictures(html: string, attachments: readonly MailAttachment[]): string {
  return attachments.reduce(
    (page, { cid, type, data }) =>
      cid === undefined || data === undefined ? page : page.replace(`"cid:${cid}"`, `"data:${type};base64,${data}"`),
    html,
  );
}

function when(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function Page({ title, children }: { title: string; children: Child }) {
  return (
    <Document title={title} style={MAILBOX_STYLE} indexed={false}>
      <main class="mailbox">
        <h1>
          <a href="/dev/mail">Mailbox</a>
          {title === "Mailbox" ? "" : ` · ${title}`}
        </h1>
        {children}
      </main>
    </Document>
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
