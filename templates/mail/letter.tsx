// One look for every mail. A letter is data; this turns it into HTML and into plain text that say the same.
// Styles are inline and tables carry the frame, because mail programs drop most of CSS; dark mode is the one media query that
// those which know it honour. No image, no web font: nothing that tells a sender when a mail was opened.
import { raw } from "hono/html";

export interface Letter {
  subject: string;
  /** What a mailbox shows beside the subject. */
  preview: string;
  heading: string;
  paragraphs: string[];
  action?: { label: string; url: string };
  /** In small print: who should ignore this, how long it is good for. */
  notes: string[];
}

const DARK = `
  @media (prefers-color-scheme: dark) {
    .hw-page { background: #101614 !important; }
    .hw-card { background: #18201d !important; border-color: #2a3531 !important; }
    .hw-ink { color: #e7ede9 !important; }
    .hw-dim { color: #a3b1aa !important; }
    .hw-link { color: #54cbab !important; }
  }`;
const FONT = "font-family: -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif;";

export function letterToHtml(letter: Letter): string {
  return `<!doctype html>${String(<Page letter={letter} />)}`;
}

export function letterToText(letter: Letter): string {
  const action = letter.action === undefined ? [] : [`${letter.action.label}:\n${letter.action.url}`];
  return [letter.heading, ...letter.paragraphs, ...action, ...letter.notes, "-- \nHeadwater"].join("\n\n");
}

function Page({ letter }: { letter: Letter }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <title>{letter.subject}</title>
        <style>{raw(DARK)}</style>
      </head>
      <body class="hw-page" style="margin: 0; background: #f4f6f3;">
        <div style="display: none; max-height: 0; overflow: hidden;">{letter.preview}</div>
        <table class="hw-page" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background: #f4f6f3;">
          <tr>
            <td align="center" style="padding: 32px 16px;">
              <Card letter={letter} />
              <p class="hw-dim" style={`${FONT} margin: 20px 0 0; font-size: 12px; color: #52605a;`}>
                Sent by Headwater
              </p>
            </td>
          </tr>
        </table>
      </body>
    </html>
  );
}

function Card({ letter }: { letter: Letter }) {
  return (
    <table
      class="hw-card"
      role="presentation"
      width="100%"
      cellpadding="0"
      cellspacing="0"
      style="max-width: 520px; background: #ffffff; border: 1px solid #dde3de; border-radius: 10px;"
    >
      <tr>
        <td style="padding: 32px;">
          <h1 class="hw-ink" style={`${FONT} margin: 0 0 16px; font-size: 21px; line-height: 1.3; color: #17211d;`}>
            {letter.heading}
          </h1>
          {letter.paragraphs.map((paragraph) => (
            <p class="hw-ink" style={`${FONT} margin: 0 0 16px; font-size: 15px; line-height: 1.55; color: #2b3833;`}>
              {paragraph}
            </p>
          ))}
          {letter.action === undefined ? null : <Action label={letter.action.label} url={letter.action.url} />}
          {letter.notes.map((note) => (
            <p class="hw-dim" style={`${FONT} margin: 12px 0 0; font-size: 13px; line-height: 1.5; color: #52605a;`}>
              {note}
            </p>
          ))}
        </td>
      </tr>
    </table>
  );
}

function Action({ label, url }: { label: string; url: string }) {
  return (
    <>
      <p style="margin: 24px 0;">
        <a
          href={url}
          style={`${FONT} display: inline-block; padding: 12px 20px; border-radius: 8px; background: #0b6b57; color: #ffffff; font-size: 15px; font-weight: 600; text-decoration: none;`}
        >
          {label}
        </a>
      </p>
      <p class="hw-dim" style={`${FONT} margin: 0 0 16px; font-size: 13px; line-height: 1.5; color: #52605a; word-break: break-all;`}>
        Or open this address:{" "}
        <a class="hw-link" href={url} style="color: #0b6b57;">
          {url}
        </a>
      </p>
    </>
  );
}
