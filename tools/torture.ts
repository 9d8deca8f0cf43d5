// `npm run torture -- [--kills=120] [--store=d1|postgres|pglite] [--seconds=<limit>] [--seed=<number>] [--clients=24] [--port=<number>]`
// `postgres` is a throw-away server where PostgreSQL is installed, else the embedded one, which dies with Headwater.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { explain, Stop } from "./lib/steps.mjs";
import { torture } from "./lib/torture/run.ts";
import { realPostgres, type StoreKind } from "./lib/torture/store.ts";

const LOAD_MS = [200, 3_500] as const;

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "120" },
    store: { type: "string", default: "d1" },
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
let failed = true;
try {
  const store = storeOf(values.store);
  say(`--seed=${values.seed} --store=${store}, state in ${state}`);
  const report = await torture({
    state,
    store,
    kills: Number(values.kills),
    loadMs: LOAD_MS,
    clients: Number(values.clients),
    seed: Number(values.seed),
    port: values.port === undefined ? undefined : Number(values.port),
    limitMs: values.seconds === undefined ? undefined : Number(values.seconds) * 1_000,
    // What happens in the embedded one cannot be seen from outside, so neither can it be waited for.
    exports: store !== "pglite",
    say,
  });
  failed = report.violations.length > 0;
  const { told } = report;
  say(
    `\n  ${report.kills} kills (${report.storeCrashes} after a crash of the database, ${report.withUnsettled} with entries not yet settled, ${report.betweenCommitAndTrim} between commit and trim); ` +
      `${report.responses} responses, ${report.entries} entries, ${told.replayed} repeats told, ${told.erased} erased, ` +
      `${told.full} told that it is full, ${told.unanswered} requests never answered.`,
  );
  for (const violation of report.violations.slice(0, 50)) say(`✗ ${violation}`);
  say(
    failed
      ? `✗ ${report.violations.length} violations`
      : "✓ Acknowledged, stored, counted, distributed, rolled up and chained are the same; what was erased is nowhere; no place was given twice.",
  );
} catch (error) {
  explain(error);
} finally {
  if (!values.keep && !failed) rmSync(state, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

function storeOf(name: string): StoreKind {
  if (name === "postgres") return realPostgres();
  if (name !== "d1" && name !== "pglite") throw new Stop("--store is d1, postgres or pglite.");
  return name;
}
