// Everything between "installed" and "serving", in order. The port opens only when the store is ready to be read.
import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { build } from "./build.ts";
import { openChosenStore } from "./choose-store.ts";
import { ensureChromium } from "./chromium.ts";
import { runCron, scheduledTrigger } from "./cron-runner.ts";
import { holdState } from "./lock.ts";
import { migrate, readMigrations } from "./migrate.ts";
import { CONFIG } from "./paths.ts";
import { type Demo, SEED_VERSION, seed } from "./seed.ts";
import { type ServeOptions, serve } from "./serve.ts";
import { openState, readJson, type State, writePrivate } from "./state.ts";
import { Stop, step } from "./steps.mjs";
import { openWorkerLog } from "./worker-log.ts";

/** Where the front page looks for the demo's sign-in, in development alone. */
const DEMO_KEY = "dev:demo";

export interface Started {
  url: string;
  folder: string;
  demo: Demo;
  seconds: number;
  pdf: boolean;
  postgres: boolean;
  stop(): Promise<void>;
}

interface StartOptions {
  port: number;
  env: NodeJS.ProcessEnv;
}

export async function startHeadwater({ port, env }: StartOptions): Promise<Started> {
  const startedAt = performance.now();
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Stop(`PORT must be a number from 1 to 65535; it is "${env.PORT}".`);
  const state = openState(env.HEADWATER_STATE);
  const release = holdState(state.folder);
  const chromium = await step("Chromium", ensureChromium);
  await step("Build", async (note) => note((await build()) ? "made" : "unchanged"));
  const url = `http://localhost:${port}`;
  const bindings = bindingsFor(state, url, env);
  const onLog = openWorkerLog(join(state.folder, "headwater.log"));
  const postgres = await openChosenStore(state.folder, env);
  const options = { stores: state.stores, bindings, onLog, postgresUrl: postgres?.url };

  const { demo, keep } = await prepareStore(state, url, env.HEADWATER_EMPTY === "1", options);
  const served = await step("Serve", () =>
    serve({ ...options, port, inspectorPort: env.HEADWATER_INSPECT ? Number(env.HEADWATER_INSPECT) : undefined }),
  );
  // In one breath with the port: whoever waits for one of the two finds the other.
  keep();
  await (await served.miniflare.getKVNamespace("KV")).put(DEMO_KEY, JSON.stringify(demo));
  const triggers = unstable_readConfig({ config: CONFIG }, { hideWarnings: true }).triggers.crons ?? [];
  const fire = scheduledTrigger(served.miniflare, (trigger, error) =>
    onLog({ level: "error", message: `cron "${trigger}": ${error instanceof Error ? error.message : String(error)}` }),
  );
  const cron = runCron(triggers, fire);
  return {
    url,
    folder: state.folder,
    demo,
    seconds: (performance.now() - startedAt) / 1000,
    pdf: chromium !== null,
    postgres: postgres !== undefined,
    stop: async () => {
      await cron.stop();
      await served.stop();
      await postgres?.stop();
      release();
    },
  };
}

function bindingsFor(state: State, url: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const { vars } = unstable_readConfig({ config: CONFIG }, { hideWarnings: true });
  if (env.HEADWATER_LIMITS === "off" && vars.ENVIRONMENT === "production")
    throw new Stop("HEADWATER_LIMITS=off is for load tests; production keeps its limits.");
  return { ...state.secrets, PUBLIC_URL: url, ...(env.HEADWATER_LIMITS === "off" ? { LIMITS: "off" } : {}) };
}

interface Prepared {
  demo: Demo;
  /** Writes demo.json, and that all of this is done. */
  keep(): void;
}

/** Migrates and seeds on a port nobody knows, unless a finished run has noted that there is nothing to do. */
async function prepareStore(state: State, url: string, empty: boolean, options: Omit<ServeOptions, "port">): Promise<Prepared> {
  const record = join(state.folder, "prepared.json");
  const demoFile = join(state.folder, "demo.json");
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([SEED_VERSION, readMigrations().map(({ name, digest }) => [name, digest])]))
    .digest("hex");
  const known = readJson<Demo>(demoFile);
  const prepared = readJson<{ fingerprint: string }>(record);
  if (known !== null && prepared?.fingerprint === fingerprint) {
    const demo = { ...known, url };
    return { demo, keep: () => (known.url === url ? undefined : writePrivate(demoFile, demo)) };
  }
  const token = randomBytes(24).toString("hex");
  const setup = await serve({ ...options, port: 0, bindings: { ...options.bindings, SEED_TOKEN: token } });
  try {
    await step("Migrations", async (note) => {
      const applied = await migrate(setup.miniflare, join(state.folder, "migrations.json"));
      note(applied.length === 0 ? "none new" : `${applied.length} applied`);
    });
    const demo = await step("Demo workspace", (note) =>
      seed({ origin: setup.url, url, token, folder: state.folder, empty: empty || prepared !== null, note }),
    );
    const keep = () => {
      writePrivate(demoFile, demo);
      writePrivate(record, { fingerprint });
    };
    return { demo, keep };
  } finally {
    await setup.stop();
  }
}
