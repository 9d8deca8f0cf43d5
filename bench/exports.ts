// `npm run bench:exports [-- --rows=10000,100000,1000000] [--formats=csv,xlsx] [--dry]`: how many rows a second each format writes, and how
// much memory the server takes for it at most. The memory is of workerd as a whole: the Worker, and the bucket and the store that
// stand in for Cloudflare's; what matters is that it does not grow with the rows.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../tools/lib/build.ts";
import { explain, step } from "../tools/lib/steps.mjs";
import { fillNewForm, keepMeasured, timedExport } from "./lib/exporting.ts";
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

/** What a format refuses is not asked for. */
const MOST: Record<string, number> = { tex: 50_000 };

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
let headwater: Headwater | undefined;
let failed = false;
try {
  await step("Build", build);
  headwater = await step("Headwater", () => serveHeadwater(state));
  for (const rows of values.rows.split(",").map(Number)) {
    const running = headwater;
    const { demo } = running;
    const answers = { title: `Rows ${rows}`, fields: FIELDS, data: DATA };
    const formId = await step(`${rows} rows`, () => fillNewForm(running, state, rows, answers));
    for (const format of values.formats.split(",").filter((name) => rows <= (MOST[name] ?? Number.POSITIVE_INFINITY))) {
      // A server of its own for each, so that the peak is this export's.
      headwater = await serveKnown(state, demo);
      const served = headwater;
      const line = await step(`${format}, ${rows} rows`, (note) => measure(served, formId, format, note));
      if (!values.dry) keepMeasured(RESULT, line, (of) => `${of.format} ${of.rows}`);
      await headwater.stop();
    }
    headwater = await serveKnown(state, demo);
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
  // A title of its own, so that no file that is there already answers.
  const made = await timedExport(served, { form_id: formId, format, options: { title: crypto.randomUUID() } });
  const { rows, seconds, bytes, memoryByQuarterMb } = made;
  const rowsPerSecond = Math.round(rows / seconds);
  note(`${rowsPerSecond} rows/s, ${(bytes / 1e6).toFixed(1)} MB, +${memoryByQuarterMb.join("/")} MB of memory`);
  return { format, rows, seconds, rowsPerSecond, bytes, memoryMb: Math.max(...memoryByQuarterMb), memoryByQuarterMb };
}
