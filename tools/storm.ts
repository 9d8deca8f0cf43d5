// `npm run storm -- [--events=4000] [--kills=10] [--healthy=3] [--seed=<number>] [--clients=16]`: webhooks against endpoints that
// misbehave, with the server killed meanwhile.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { explain } from "./lib/steps.mjs";
import { storm } from "./lib/storm/run.ts";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "4000" },
    kills: { type: "string", default: "10" },
    healthy: { type: "string", default: "3" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    clients: { type: "string", default: "16" },
    /** Keeps the state afterwards, to look into. */
    keep: { type: "boolean", default: false },
  },
});

const state = mkdtempSync(join(tmpdir(), "headwater-storm-"));
const say = (line: string) => process.stdout.write(`  ${line}\n`);
say(`--seed=${values.seed}, state in ${state}`);
let failed = true;
try {
  const report = await storm({
    state,
    events: Number(values.events),
    kills: Number(values.kills),
    healthy: Number(values.healthy),
    seed: Number(values.seed),
    clients: Number(values.clients),
    slowShare: 0.05,
    say,
  });
  failed = report.violations.length > 0;
  say(
    `\n  ${report.accepted} events, ${report.kills} kills, ${report.attempts} attempts; ${report.dead} dead letters, ` +
      `${report.repeats} repeats at healthy endpoints.`,
  );
  for (const violation of report.violations.slice(0, 50)) say(`✗ ${violation}`);
  say(failed ? `✗ ${report.violations.length} violations` : "✓ Each event ended at each endpoint, or among its dead letters.");
} catch (error) {
  explain(error);
} finally {
  if (!values.keep && !failed) rmSync(state, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
