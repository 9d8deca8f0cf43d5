// A page with one thing to say: thank you, closed, not found.
import type { Child } from "hono/jsx";
import { Document, Mark } from "./document";
import PLAIN_CSS from "./plain.css";
import { stylesheet } from "./stylesheets";

export const PLAIN_STYLE = stylesheet("plain", PLAIN_CSS);

interface PlainPageProps {
  title: string;
  /** What it is about, when that is not the heading itself. */
  about?: string;
  tone?: "good" | "calm";
  lang?: string;
  onwards?: string;
  children?: Child;
}

export function PlainPage({ title, about, tone = "calm", lang, onwards, children }: PlainPageProps) {
  return (
    <Document title={about === undefined ? title : `${title} · ${about}`} style={PLAIN_STYLE} lang={lang} indexed={false} onwards={onwards}>
      <main class={`plain ${tone}`}>
        {about !== undefined && (
          <p class="about" dir="auto">
            {about}
          </p>
        )}
        {tone === "good" && <Tick />}
        <h1 dir="auto">{title}</h1>
        {children}
      </main>
      <footer class="made">
        <Mark /> Headwater
      </footer>
    </Document>
  );
}

function Tick() {
  return (
    <svg class="tick" viewBox="0 0 48 48" fill="none" stroke="currentColor" stroke-width="3.500" stroke-linecap="round" aria-hidden="true">
      <circle cx="24" cy="24" r="21" />
      <path d="m15 24.500 6.500 6.500L33.500 18" stroke-linejoin="round" />
    </svg>
  );
}
