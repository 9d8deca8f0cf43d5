// `npm run bench:exports [-- --rows=10000,100000] [--formats=csv,xlsx] [--dry]`: how many rows a second each format writes, and how
// much memory the server takes for it at most. The memory is of workerd as a whole: the Worker, and the bucket and the store that
// stand in for Cloudflare's; what matters is that it does not grow with the rows.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../tools/lib/build.ts";
import { fillForm } from "../tools/lib/fill-store.ts";
import { explain, step } from "../tools/lib/steps.mjs";
import { type Headwater, serveHeadwater, serveKnown } from "./lib/headwater.ts";

const RESULT = join(import.meta.dirname, "results/exports.json");
/** Ten columns, as a survey has them. */
const FIELDS = [
  { name: "name", type: "short_text", label: "Name" },
  { name: "email", type: "email", label: "E-mail" },
  { name: "city", type: "short_text", label: "City" },
  { name: "score", type: "nps", label: "Score" },
  { name: "amount", type: "number", label: "Amount" },
  { name: "born", type: "date", label: "Born" },
  { name: "agree", type: "yes_no", label: "Agree" },
  { name: "tags", type: "multi_select", label: "Tags", options: ["a", "b", "c"].map((value) => ({ value, label: value })) },
  { name: "said", type: "long_text", label: "Said" },
  { name: "code", type: "short_text", label: "Code" },
];
const DATA = `json_object('name', 'Person ' || i, 'email', 'person' || i || '@example.com', 'city', 'City ' || (i % 97), 'score', i % 11,
  'amount', i * 1.25, 'born', '19' || (50 + i % 50) || '-05-17', 'agree', json(CASE i % 2 WHEN 0 THEN 'true' ELSE 'false' END),
  'tags', json('["a","c"]'), 'said', 'It went well, and then it did not; "so it goes", they said. ' || i, 'code', printf('%08d', i))`;

/** A document of ten thousand pages is for nobody. */
const MOST: Record<string, number> = { docx: 500, tex: 50_000 };

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "10000,100000" },
    formats: { type: "string", default: "csv,jsonl,json,xlsx,docx,tex" },
    dry: { type: "boolean", default: false },
  },
});

interface Measured {
  format: string;
  rows: number;
  seconds: number;
  rowsPerSecond: number;
  bytes: number;
  /** At most, above what the server took before. */
  memoryMb: number;
  /** The same in each quarter of the rows: flat is what it should be. */
  memoryByQuarterMb: number[];
}

const state = mkdtempSync(join(tmpdir(), "headwater-bench-exports-"));
const measured: Measured[] = [];
let headwater: Headwater | undefined;
let failed = false;
try {
  await step("Build", build);
  headwater = await step("Headwater", () => serveHeadwater(state));
  for (const rows of values.rows.split(",").map(Number)) {
    const { demo } = headwater;
    const form = await api<{ id: string }>(headwater, "POST", "/api/v1/forms", { title: `Rows ${rows}`, schema: { fields: FIELDS } });
    await api(headwater, "POST", `/api/v1/forms/${form.id}/publish`);
    await api(headwater, "POST", `/api/v1/forms/${form.id}/responses`, { data: { name: "The last" } });
    await api(headwater, "GET", `/api/v1/forms/${form.id}/responses`);
    await headwater.stop();
    await step(`${rows} rows`, async () => fillForm(join(state, "stores"), form.id, rows - 1, DATA));
    for (const format of values.formats.split(",").filter((name) => rows <= (MOST[name] ?? Number.POSITIVE_INFINITY))) {
      // A server of its own for each, so that the peak is this export's.
      headwater = await serveKnown(state, demo);
      const served = headwater;
      measured.push(await step(`${format}, ${rows} rows`, (note) => measure(served, form.id, format, note)));
      await headwater.stop();
    }
    headwater = await serveKnown(state, demo);
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

async function measure(served: Headwater, formId: string, format: string, note: (text: string) => void): Promise<Measured> {
  await api(served, "GET", `/api/v1/forms/${formId}/responses?limit=10`);
  const before = serverMemoryMb();
  const peaks = [0, 0, 0, 0];
  const startedAt = performance.now();
  let view = await api<View>(served, "POST", "/api/v2/reports/exports", {
    form_id: formId,
    format,
    options: { title: crypto.randomUUID() },
  });
  while (view.status === "queued" || view.status === "running") {
    await new Promise((done) => setTimeout(done, 50));
    const quarter = Math.min(3, Math.floor(view.progress * 4));
    peaks[quarter] = Math.max(peaks[quarter] ?? 0, serverMemoryMb() - before);
    view = await api<View>(served, "GET", `/api/v2/reports/exports/${view.id}`);
  }
  if (view.status !== "done") throw new Error(`${format}: ${view.status}, ${view.error}`);
  const job = await api<{ started_at: string; finished_at: string }>(served, "GET", `/api/v2/jobs/${view.job_id}`);
  // From when it was taken: how long a queue gathers messages is not the export's doing.
  const seconds = (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1_000;
  const result = {
    format,
    rows: view.rows,
    seconds,
    rowsPerSecond: Math.round(view.rows / seconds),
    bytes: view.size,
    memoryMb: Math.round(Math.max(...peaks)),
    memoryByQuarterMb: peaks.map(Math.round),
  };
  note(
    `${result.rowsPerSecond} rows/s, ${(result.bytes / 1e6).toFixed(1)} MB, +${result.memoryByQuarterMb.join("/")} MB of memory, ${((performance.now() - startedAt) / 1_000).toFixed(1)} s in all`,
  );
  return result;
}

interface View {
  id: string;
  job_id: string;
  status: string;
  progress: number;
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
