// `npm run torture -- [--kills=120] [--seconds=<limit>] [--seed=<number>] [--clients=24] [--port=<number>]`
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { explain } from "./lib/steps.mjs";
import { torture } from "./lib/torture/run.ts";

const LOAD_MS = [200, 3_500] as const;

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "120" },
    seconds: { type: "string" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    clients: { type: "string", default: "24" },
    port: { type: "string" },
    /** Keeps the state afterwards, to look into. */
    keep: { type: "boolean", default: false },
  },
});

const state = mkdtempSync(join(tmpdir(), "headwater-torture-"));
const say = (line: string) => process.stdout.write(`  ${line}\n`);
say(`--seed=${values.seed}, state in ${state}`);
let failed = true;
try {
  const report = await torture({
    state,
    kills: Number(values.kills),
    loadMs: LOAD_MS,
    clients: Number(values.clients),
    seed: Number(values.seed),
    port: values.port === undefined ? undefined : Number(values.port),
    limitMs: values.seconds === undefined ? undefined : Number(values.seconds) * 1_000,
    say,
  });
  failed = report.violations.length > 0;
  say(
    `\n  ${report.kills} kills (${report.withUnsettled} with entries not yet settled, ${report.betweenCommitAndTrim} between commit and trim); ` +
      `${report.responses} responses, ${report.entries} entries, ${report.told.replayed} repeats told, ${report.told.unanswered} requests never answered.`,
  );
  for (const violation of report.violations.slice(0, 50)) say(`✗ ${violation}`);
  say(
    failed
      ? `✗ ${report.violations.length} violations`
      : "✓ Acknowledged, stored, counted, distributed, rolled up and chained are the same.",
  );
} catch (error) {
  explain(error);
} finally {
  if (!values.keep && !failed) rmSync(state, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
