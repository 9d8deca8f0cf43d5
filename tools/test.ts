// Every check there is, each to its end; what failed is shown whole, and the last line counts.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "./lib/build.ts";
import { ensureChromium } from "./lib/chromium.ts";
import { ensureOpeners } from "./lib/openers.ts";
import { CACHE, DIST } from "./lib/paths.ts";
import { explain, step } from "./lib/steps.mjs";
import { type Suite, suites, type Tally } from "./lib/suites.ts";

process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));
process.on("disconnect", () => process.exit(1));

const only = new Set(process.argv.slice(2));
const reports = join(DIST, "test-reports");
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
process.env.XDG_CACHE_HOME ??= CACHE;
process.env.WRANGLER_SEND_METRICS ??= "false";

const total: Tally = { passed: 0, failed: 0 };
const startedAt = performance.now();

process.stdout.write("\nHeadwater: all checks\n");
const chromium = await step("Chromium", ensureChromium);
if (chromium !== null) process.env.CHROME_PATH = chromium;
await step("Programs that open what we export", ensureOpeners);
await count({ name: "build", run: () => attempt(build) });
const chosen = suites(reports, chromium).filter(({ name }) => only.size === 0 || only.has(name));
for (const suite of chosen.filter(({ lane }) => lane === undefined)) await count(suite);
// Each suite keeps about one core busy: two at once halve the wait.
const lanes = new Set(chosen.flatMap(({ lane }) => (lane === undefined ? [] : [lane])));
await Promise.all(
  [...lanes].map(async (lane) => {
    for (const suite of chosen.filter((candidate) => candidate.lane === lane)) await count(suite);
  }),
);
const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
process.stdout.write(`\n${minutes} min\n${total.passed} passed, ${total.failed} failed\n`);
process.exit(total.failed === 0 ? 0 : 1);

async function count({ name, run }: Suite): Promise<void> {
  let output = "";
  await step(name, async (note) => {
    const result = await run();
    total.passed += result.passed;
    total.failed += result.failed;
    note(`${result.passed} passed${result.failed === 0 ? "" : `, ${result.failed} failed`}`, result.failed > 0);
    if (result.failed > 0) output = result.output;
  });
  if (output !== "") process.stdout.write(`\n${output.trim()}\n\n`);
}

async function attempt(work: () => Promise<unknown>) {
  try {
    await work();
    return { passed: 1, failed: 0, output: "" };
  } catch (error) {
    explain(error);
    return { passed: 0, failed: 1, output: String(error) };
  }
}
