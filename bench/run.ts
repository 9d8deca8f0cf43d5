// `npm run bench -- [case …] [--rounds=5] [--seconds=3] [--dry]`: each case against a bare Worker and a no-op object call, in
// alternating rounds so that a busy host disturbs all of them alike; medians, ratios, and a file in bench/results.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../tools/lib/build.ts";
import { explain, step } from "../tools/lib/steps.mjs";
import { type Subject, serveBaseline } from "./lib/baselines.ts";
import { caseNames, loadCase } from "./lib/cases.ts";
import { type Headwater, serveHeadwater } from "./lib/headwater.ts";
import { applyLoad } from "./lib/load.ts";
import { printReport, type Report, report, writeReport } from "./lib/report.ts";
import { BASELINES, type BenchCase, type Load } from "./lib/types.ts";

const WARM_UP_SECONDS = 2;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "3" },
    /** Measures, and writes nothing. */
    dry: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const names = positionals.length > 0 ? positionals : caseNames();

const state = mkdtempSync(join(tmpdir(), "headwater-bench-"));
const subjects: (Subject | Headwater)[] = [];
let failed = false;
try {
  await step("Build", build);
  const headwater = await step("Headwater, with its demo", () => serveHeadwater(state));
  subjects.push(headwater);
  const baselines = await step("Baselines", () => Promise.all(BASELINES.map(serveBaseline)));
  subjects.push(...baselines);
  for (const name of names) {
    const bench = await loadCase(name);
    const result = await step(bench.title, () => measure(bench, headwater, baselines));
    printReport(result);
    if (!values.dry) writeReport(result);
    failed ||= result.complaints.length > 0;
  }
} catch (error) {
  explain(error);
  failed = true;
} finally {
  await Promise.all(subjects.map((subject) => subject.stop()));
  rmSync(state, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

async function measure(bench: BenchCase, headwater: Headwater, baselines: Subject[]): Promise<Report> {
  await bench.prepare?.(headwater.demo);
  const wanted = BASELINES.map((target, i) => ({ target, url: baselines[i]?.url ?? "" })).filter(
    ({ target }) => target === "bare" || target === "object" || bench.atLeast?.plain !== undefined,
  );
  const all = [{ target: bench.name, url: headwater.url }, ...wanted];
  const loads = new Map<string, Load[]>(all.map(({ target }) => [target, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { target, url } of all) {
      const { name, connections } = bench;
      const load = await applyLoad({
        bench: name,
        url,
        demo: headwater.demo,
        connections,
        seconds: round === 0 ? WARM_UP_SECONDS : seconds,
      });
      // The first round warms up, and counts for nothing.
      if (round > 0) loads.get(target)?.push(load);
    }
  }
  return report(bench, loads, { rounds, seconds });
}
