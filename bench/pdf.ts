// `npm run bench:pdf [-- --pages=10,100,1000] [--dry]`: how long a PDF report of so many responses takes, a page each, with its cover,
// contents and summary; how large it is; and how much memory workerd takes for it at most. The browser's own is not counted:
// on Cloudflare it is another machine.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../tools/lib/build.ts";
import { findChromium, offerToBrowserBinding } from "../tools/lib/chromium.ts";
import { explain, Stop, step } from "../tools/lib/steps.mjs";
import { fillNewForm, keepMeasured, timedExport } from "./lib/exporting.ts";
import { type Headwater, serveHeadwater, serveKnown } from "./lib/headwater.ts";

const RESULT = join(import.meta.dirname, "results/pdf.json");
const FIELDS = [
  { name: "name", type: "short_text", label: "Your name" },
  {
    name: "branch",
    type: "select",
    label: "Which branch did you visit?",
    options: Array.from({ length: 12 }, (_, i) => ({ value: `b${i}`, label: `Branch number ${i + 1}` })),
  },
  { name: "score", type: "nps", label: "How likely are you to recommend us?" },
  { name: "stars", type: "rating", label: "Your visit, all in all" },
  { name: "spent", type: "currency", label: "About how much did you spend?", currency: "EUR" },
  {
    name: "liked",
    type: "multi_select",
    label: "What did you like?",
    options: ["The coffee", "The food", "The people", "The place"].map((label) => ({ value: label, label })),
  },
  { name: "again", type: "yes_no", label: "Will you come again?" },
  { name: "day", type: "date", label: "When were you here?" },
  { name: "said", type: "long_text", label: "Anything else?" },
];
const DATA = `json_object('name', 'Person ' || i, 'branch', 'b' || (i % 12), 'score', i % 11, 'stars', 1 + i % 5, 'spent', (i % 400) * 0.25,
  'liked', json('["The coffee","The people"]'), 'again', json(CASE i % 3 WHEN 0 THEN 'false' ELSE 'true' END), 'day', '2026-0' || (1 + i % 9) || '-17',
  'said', 'It went well, and then it did not; "so it goes", they said. I waited for a while at table ' || i || ' and left with a smile.')`;

const { values } = parseArgs({ options: { pages: { type: "string", default: "10,100,1000" }, dry: { type: "boolean", default: false } } });

interface Measured {
  responses: number;
  seconds: number;
  bytes: number;
  /** Above what the server took before. */
  memoryMb: number;
}

const state = mkdtempSync(join(tmpdir(), "headwater-bench-pdf-"));
let headwater: Headwater | undefined;
let failed = false;
try {
  const chromium = findChromium();
  if (chromium === null) throw new Stop("A bench of PDF needs Chromium: install it, or set CHROME_PATH.");
  offerToBrowserBinding(chromium);
  await step("Build", build);
  headwater = await step("Headwater", () => serveHeadwater(state));
  for (const responses of values.pages.split(",").map(Number)) {
    const { demo } = headwater;
    const formId = await fillNewForm(headwater, state, responses, { title: `${responses} pages`, fields: FIELDS, data: DATA });
    // A server of its own for each, so that the peak is this report's.
    headwater = await serveKnown(state, demo);
    const served = headwater;
    const line = await step(`${responses} responses`, (note) => measure(served, formId, note));
    if (!values.dry) keepMeasured(RESULT, line, (of) => String(of.responses));
  }
} catch (error) {
  explain(error);
  failed = true;
} finally {
  await headwater?.stop();
  rmSync(state, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

async function measure(served: Headwater, formId: string, note: (text: string) => void): Promise<Measured> {
  const { rows, seconds, bytes, memoryByQuarterMb } = await timedExport(served, { form_id: formId, format: "pdf" });
  const memoryMb = Math.max(...memoryByQuarterMb);
  note(`${seconds.toFixed(1)} s, ${(bytes / 1e6).toFixed(2)} MB, +${memoryMb} MB of memory`);
  return { responses: rows, seconds, bytes, memoryMb };
}
