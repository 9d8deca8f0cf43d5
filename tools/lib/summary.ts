import { relative } from "node:path";
import type { Started } from "./headwater.ts";
import { ROOT } from "./paths.ts";

export function printSummary({ url, demo, seconds, pdf, postgres }: Started, file: string): void {
  const rows: [string, string][] = [
    ["Open", url],
    ["Sign in", `${demo.email}  /  ${demo.password}`],
    ["API key", demo.api_key],
    ["Demo form", `${url}/f/${demo.form_slug}`],
    ["API reference", `${url}/docs`],
    ["Mailbox", `${url}/dev/mail`],
    ["Kept in", shorten(file.replace(/\/demo\.json$/, "/"))],
  ];
  if (postgres) rows.push(["Responses in", "Postgres (embedded)"]);
  if (!pdf) rows.push(["PDF", "off: no Chromium here"]);
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}   ${value}`);
  process.stdout.write(
    `\n  Headwater is up, after ${seconds.toFixed(1)} s.\n\n${lines.join("\n")}\n\n  Ctrl-C stops it; nothing is lost.\n\n`,
  );
}

function shorten(path: string): string {
  const inside = relative(ROOT, path);
  return inside.startsWith("..") ? path : `${inside}/`;
}
