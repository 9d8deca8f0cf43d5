// `npm run bench:listeners [-- --listeners=1000] [--rate=100] [--seconds=10] [--ledgers=1] [--dry]`: many listen to one form while
// responses come in. How long after the submit was sent is it on the first screen, and how long on every screen? Two frames a second for each
// listener mean that the second is half a second at most, and a quarter on average.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../tools/lib/build.ts";
import { mustRun } from "../tools/lib/run.ts";
import type { Demo } from "../tools/lib/seed.ts";
import { explain, step } from "../tools/lib/steps.mjs";
import { publishCopy } from "./lib/copy-form.ts";
import { type Headwater, serveHeadwater } from "./lib/headwater.ts";
import type { Heard, ListeningOrder } from "./lib/listening-process.ts";

const MAX_FIRST_P95_MS = 150;

const { values } = parseArgs({
  options: {
    listeners: { type: "string", default: "1000" },
    rate: { type: "string", default: "100" },
    seconds: { type: "string", default: "10" },
    /** From two on the feeds of the ledgers are told as one. */
    ledgers: { type: "string", default: "1" },
    dry: { type: "boolean", default: false },
  },
});

const ledgers = Number(values.ledgers);
const RESULT = join(import.meta.dirname, `results/listeners${ledgers > 1 ? "-spread" : ""}.json`);

const state = mkdtempSync(join(tmpdir(), "headwater-listeners-"));
let headwater: Headwater | undefined;
let failed = false;
try {
  await step("Build", build);
  const served = await step("Headwater, with its demo", () => serveHeadwater(state, { direct: true }));
  headwater = served;
  const order: ListeningOrder = {
    url: served.url,
    demo: ledgers > 1 ? await spreadCopy(served.demo) : served.demo,
    listeners: Number(values.listeners),
    rate: Number(values.rate),
    seconds: Number(values.seconds),
  };
  const script = join(import.meta.dirname, "lib/listening-process.ts");
  const output = await step(`${order.listeners} listeners, ${order.rate} responses a second`, () =>
    mustRun(process.execPath, ["--disable-warning=ExperimentalWarning", script, JSON.stringify(order)]),
  );
  const heard = JSON.parse(output.trim().split("\n").at(-1) ?? "") as Heard;
  const complaints = [
    ...(heard.missed > 0 ? [`${heard.missed} changes were not heard`] : []),
    ...(heard.firstP95Ms > MAX_FIRST_P95_MS
      ? [`on the first screen after ${heard.firstP95Ms} ms; at most ${MAX_FIRST_P95_MS} is asked for`]
      : []),
  ];
  const { demo: _, url: __, ...conditions } = order;
  const report = {
    date: new Date().toISOString().slice(0, 10),
    host: { cpu: cpus()[0]?.model, cores: cpus().length },
    conditions: { ...conditions, ledgers },
    heard,
    complaints,
  };
  process.stdout.write(`\n${JSON.stringify(report, null, 2)}\n`);
  if (!values.dry) {
    mkdirSync(join(RESULT, ".."), { recursive: true });
    writeFileSync(RESULT, `${JSON.stringify(report, null, 2)}\n`);
  }
  failed = complaints.length > 0;
} catch (error) {
  explain(error);
  failed = true;
} finally {
  await headwater?.stop();
  rmSync(state, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

async function spreadCopy(demo: Demo): Promise<Demo> {
  const copy = await publishCopy(demo, { title: "Listened to", slug: "bench-listened", settings: { shards: ledgers } });
  if (copy === null) throw new Error("The form to listen to is there already.");
  return { ...demo, form_id: copy.id, form_slug: copy.slug };
}
