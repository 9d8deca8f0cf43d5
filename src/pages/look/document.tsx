// The frame of every page that the Worker writes itself.
import type { Child } from "hono/jsx";
import type { Stylesheet } from "./stylesheets";

interface DocumentProps {
  title: string;
  style: Stylesheet;
  lang?: string;
  description?: string;
  /** False: not for search engines. */
  indexed?: boolean;
  /** Goes on to this address by itself. */
  onwards?: string;
  children: Child;
}

export function Document({ title, style, lang = "en", description, indexed = true, onwards, children }: DocumentProps) {
  return (
    <html lang={lang} dir={isRightToLeft(lang) ? "rtl" : undefined}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        {description !== undefined && <meta name="description" content={description} />}
        {!indexed && <meta name="robots" content="noindex" />}
        <meta name="color-scheme" content="light dark" />
        {onwards !== undefined && <meta http-equiv="refresh" content={`0;url=${onwards}`} />}
        <title>{title}</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href={style.href} />
      </head>
      <body>{children}</body>
    </html>
  );
}

function isRightToLeft(lang: string): boolean {
  return /^(ar|arc|ckb|dv|fa|he|iw|ku-arab|ps|sd|ug|ur|yi)(-|$)/i.test(lang);
}

export function Mark() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" aria-hidden="true">
      <path d="M12 2.500c3 4 5 6.400 5 9.500a5 5 0 0 1-10 0c0-3.100 2-5.500 5-9.500Z" />
      <path d="M3 20.500c1.500-1.300 3-1.300 4.500 0s3 1.300 4.500 0 3-1.300 4.500 0 3 1.300 4.500 0" />
    </svg>
  );
}

export function toHtml(page: { toString(): string | Promise<string> }): string {
  return `<!doctype html>${page}`;
}
