// `npm run deploy -- staging|production [--at-once] [--rollback]`
// Migrations first; then the new version beside the old one, asked for by name before anybody gets it, then for a growing
// share of all requests. Whatever fails on the way puts everything back to the version that ran before.
import { parseArgs } from "node:util";
import { buildAssets } from "./lib/build.ts";
import { rollOut, type Target } from "./lib/roll-out.ts";
import { explain, Stop, step } from "./lib/steps.mjs";
import { ENVIRONMENTS } from "./lib/suites.ts";
import { currentVersion, deployAll, deployTriggers, migrateRemote, readTarget, rollBack, uploadVersion } from "./lib/wrangler.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** The first deploy, and any that adds a class of Durable Object: at once, because such a version cannot be gradual. */
    "at-once": { type: "boolean", default: false },
    rollback: { type: "boolean", default: false },
    message: { type: "string", default: "" },
    /** Seconds to watch each share. */
    watch: { type: "string", default: "60" },
  },
});

try {
  const env = positionals[0];
  if (positionals.length !== 1 || !(ENVIRONMENTS as readonly string[]).includes(env ?? "")) {
    throw new Stop("Say where to: npm run deploy -- staging, or npm run deploy -- production.");
  }
  const target = readTarget(env ?? "");
  process.stdout.write(`\nHeadwater → ${target.env} (${target.url})\n`);
  if (values.rollback) await step("Back to the version before", () => rollBack(target.env, values.message));
  else await deploy(target);
  process.stdout.write(`\n${target.url} is served by the ${values.rollback ? "version before" : "new version"}.\n`);
} catch (error) {
  explain(error);
  process.exitCode = 1;
}

async function deploy(target: Target): Promise<void> {
  buildAssets();
  await step("Migrations", () => migrateRemote(target.env));
  const before = values["at-once"] ? null : await currentVersion(target.env);
  if (before === null) {
    await step("Deploy to everybody at once", () => deployAll(target.env));
    return;
  }
  const version = await step("Upload the new version", (note) => uploadVersion(target.env, values.message, note));
  await rollOut({ target, before, version, watchSeconds: Number(values.watch) });
  await step("Routes, cron triggers and queue consumers", () => deployTriggers(target.env));
}
