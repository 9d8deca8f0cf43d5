// `npm run bench:pdf [-- --pages=10,100,1000] [--dry]`: how long a PDF report of so many responses takes, a page each, with its cover,
// contents and summary; how large it is; and how much memory workerd takes for it at most. The browser's own is not counted:
// on Cloudflare it is another machine.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../tools/lib/build.ts";
import { findChromium, offerToBrowserBinding } from "../tools/lib/chromium.ts";
import { fillForm } from "../tools/lib/fill-store.ts";
import { explain, Stop, step } from "../tools/lib/steps.mjs";
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
const measured: Measured[] = [];
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
    const form = await api<{ id: string }>(headwater, "POST", "/api/v1/forms", { title: `${responses} pages`, schema: { fields: FIELDS } });
    await api(headwater, "POST", `/api/v1/forms/${form.id}/publish`);
    await api(headwater, "POST", `/api/v1/forms/${form.id}/responses`, { data: { name: "The last" } });
    await api(headwater, "GET", `/api/v1/forms/${form.id}/responses`);
    await headwater.stop();
    fillForm(join(state, "stores"), form.id, responses - 1, DATA);
    // A server of its own for each, so that the peak is this report's.
    headwater = await serveKnown(state, demo);
    const served = headwater;
    measured.push(await step(`${responses} responses`, (note) => measure(served, form.id, note)));
  }
  const report = { date: new Date().toISOString().slice(0, 10), host: { cpu: cpus()[0]?.model, cores: cpus().length }, measured };
  if (!values.dry) {
    mkdirSync(join(RESULT, ".."), { recursive: true });
    writeFileSync(RESULT, `${JSON.stringify(report, null, 2)}\n`);
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
  await api(served, "GET", `/api/v1/forms/${formId}/responses?limit=10`);
  const before = serverMemoryMb();
  let peak = before;
  let view = await api<View>(served, "POST", "/api/v2/reports/exports", { form_id: formId, format: "pdf" });
  while (view.status === "queued" || view.status === "running") {
    await new Promise((done) => setTimeout(done, 50));
    peak = Math.max(peak, serverMemoryMb());
    view = await api<View>(served, "GET", `/api/v2/reports/exports/${view.id}`);
  }
  if (view.status !== "done") throw new Error(`${view.status}, ${view.error}`);
  const job = await api<{ started_at: string; finished_at: string }>(served, "GET", `/api/v2/jobs/${view.job_id}`);
  const seconds = (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1_000;
  const result = { responses: view.rows, seconds, bytes: view.size, memoryMb: Math.round(peak - before) };
  note(`${seconds.toFixed(1)} s, ${(view.size / 1e6).toFixed(2)} MB, +${result.memoryMb} MB of memory`);
  return result;
}

interface View {
  id: string;
  job_id: string;
  status: string;
  rows: number;
  size: number;
  error: string | null;
}

async function api<T>({ url, demo }: Headwater, method: string, path: string, body?: unknown): Promise<T> {
  const headers = { Authorization: `Bearer ${demo.api_key}`, ...(body === undefined ? {} : { "Content-Type": "application/json" }) };
  const reply = await fetch(new URL(path, url), { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
  return reply.json() as Promise<T>;
}

/** Of the workerd that this process has started. */
function serverMemoryMb(): number {
  let kilobytes = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      if (/^Name:\s+workerd/m.test(status) && isOurs(Number(pid))) kilobytes += Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    } catch {
      // It ended meanwhile.
    }
  }
  return kilobytes / 1_024;
}

function isOurs(pid: number): boolean {
  for (let at = pid; at > 1; ) {
    if (at === process.pid) return true;
    at = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${at}/status`, "utf8"))?.[1] ?? 0);
  }
  return false;
}
