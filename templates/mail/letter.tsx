// One look for every mail. A letter is data; this turns it into HTML and into plain text that say the same.
// Styles are inline and tables carry the frame, because mail programs drop most of CSS; dark mode is the one media query that
// those which know it honour. No image, no web font: nothing that tells a sender when a mail was opened.
import { raw } from "hono/html";

export interface Letter {
  subject: string;
  /** What a mailbox shows beside the subject. */
  preview: string;
  heading: string;
  /** A single line break within one stays. */
  paragraphs: string[];
  figures?: { label: string; value: string }[];
  /** In the letter itself, as `cid:…`; whoever cannot show it gets the bars. */
  picture?: { cid: string; alt: string; width: number };
  bars?: { label: string; text: string /** 0–1 */; share: number }[];
  action?: { label: string; url: string };
  /** In small print: who should ignore this, how long it is good for. */
  notes: string[];
  /** The way out of a mail that comes again and again. */
  unsubscribe?: string;
}

const DARK = `
  @media (prefers-color-scheme: dark) {
    .hw-page { background: #101614 !important; }
    .hw-card { background: #18201d !important; border-color: #2a3531 !important; }
    .hw-ink { color: #e7ede9 !important; }
    .hw-dim { color: #a3b1aa !important; }
    .hw-link { color: #54cbab !important; }
  }`;
/** On a phone the frame gives way to what is in it. */
const NARROW = `
  @media (max-width: 480px) {
    .hw-room { padding: 16px 8px !important; }
    .hw-inside { padding: 20px !important; }
    .hw-figure { display: block !important; padding: 0 0 12px !important; }
  }`;
const FONT = "font-family: -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif;";

export function letterToHtml(letter: Letter): string {
  return `<!doctype html>${String(<Page letter={letter} />)}`;
}

export function letterToText(letter: Letter): string {
  const action = letter.action === undefined ? [] : [`${letter.action.label}:\n${letter.action.url}`];
  const figures = letter.figures === undefined ? [] : [letter.figures.map(({ label, value }) => `${label}: ${value}`).join("\n")];
  const bars = letter.bars === undefined ? [] : [letter.bars.map(({ label, text }) => `${label}: ${text}`).join("\n")];
  const out = letter.unsubscribe === undefined ? [] : [`Unsubscribe:\n${letter.unsubscribe}`];
  return [letter.heading, ...letter.paragraphs, ...figures, ...bars, ...action, ...letter.notes, ...out, "-- \nHeadwater"].join("\n\n");
}

function Page({ letter }: { letter: Letter }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <title>{letter.subject}</title>
        <style>{raw(DARK + NARROW)}</style>
      </head>
      <body class="hw-page" style="margin: 0; background: #f4f6f3;">
        <div style="display: none; max-height: 0; overflow: hidden;">{letter.preview}</div>
        <table class="hw-page" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background: #f4f6f3;">
          <tr>
            <td class="hw-room" align="center" style="padding: 32px 16px;">
              <Card letter={letter} />
              <p class="hw-dim" style={`${FONT} margin: 20px 0 0; font-size: 12px; color: #52605a;`}>
                Sent by Headwater
                {letter.unsubscribe === undefined ? null : <Out url={letter.unsubscribe} />}
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
        <td class="hw-inside" style="padding: 32px;">
          <h1 class="hw-ink" style={`${FONT} margin: 0 0 16px; font-size: 21px; line-height: 1.3; color: #17211d;`}>
            {letter.heading}
          </h1>
          {letter.paragraphs.map((paragraph) => (
            <p class="hw-ink" dir="auto" style={`${FONT} margin: 0 0 16px; font-size: 15px; line-height: 1.55; color: #2b3833;`}>
              {paragraph.split("\n").map((line, at) => (
                <>
                  {at > 0 && <br />}
                  {line}
                </>
              ))}
            </p>
          ))}
          {letter.figures === undefined ? null : <Figures figures={letter.figures} />}
          {letter.picture === undefined ? <Bars bars={letter.bars ?? []} /> : <Picture picture={letter.picture} />}
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

function Out({ url }: { url: string }) {
  return (
    <>
      {" · "}
      <a class="hw-dim" href={url} style="color: #52605a;">
        Unsubscribe
      </a>
    </>
  );
}

function Figures({ figures }: { figures: NonNullable<Letter["figures"]> }) {
  return (
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin: 8px 0 20px;">
      <tr>
        {figures.map(({ label, value }) => (
          <td class="hw-figure" valign="top" style="padding: 0 16px 0 0;">
            <span
              class="hw-ink"
              style={`${FONT} display: block; font-size: 28px; line-height: 1.2; font-weight: 600; white-space: nowrap; color: #17211d;`}
            >
              {value}
            </span>
            <span class="hw-dim" style={`${FONT} font-size: 13px; color: #52605a;`}>
              {label}
            </span>
          </td>
        ))}
      </tr>
    </table>
  );
}

function Picture({ picture }: { picture: NonNullable<Letter["picture"]> }) {
  return (
    <img
      src={`cid:${picture.cid}`}
      alt={picture.alt}
      width={picture.width}
      style="display: block; width: 100%; max-width: 456px; height: auto; margin: 0 0 20px; border-radius: 6px; background: #ffffff;"
    />
  );
}

/** Bars of table cells: what is left of a chart where pictures are not shown. */
function Bars({ bars }: { bars: NonNullable<Letter["bars"]> }) {
  if (bars.length === 0) return null;
  return (
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin: 0 0 20px;">
      {bars.map(({ label, text, share }) => (
        <tr>
          <td class="hw-dim" style={`${FONT} padding: 3px 8px 3px 0; font-size: 12px; white-space: nowrap; color: #52605a;`}>
            {label}
          </td>
          <td width="100%" style="padding: 3px 0;">
            <div style={`width: ${Math.max(1, Math.round(share * 100))}%; height: 10px; border-radius: 3px; background: #0b6b57;`}>
              &#8203;
            </div>
          </td>
          <td class="hw-ink" align="right" style={`${FONT} padding: 3px 0 3px 8px; font-size: 12px; color: #2b3833;`}>
            {text}
          </td>
        </tr>
      ))}
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
