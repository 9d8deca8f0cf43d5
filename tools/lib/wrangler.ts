// The wrangler commands of a deploy, each with what it must say for the next to make sense.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { CONFIG } from "./paths.ts";
import type { Target } from "./roll-out.ts";
import { mustRun, run } from "./run.ts";
import { Stop } from "./steps.mjs";

const PLACEHOLDER = /^[0-]+$/;
const QUIET = { WRANGLER_SEND_METRICS: "false", CI: "1" };

/** Refuses what cannot work before anything is touched: ids and hosts that are still the ones of the repository. */
export function readTarget(env: string): Target {
  const config = unstable_readConfig({ config: CONFIG, env }, { hideWarnings: true }) as {
    name: string;
    vars: Record<string, string>;
    d1_databases: { database_id: string }[];
    kv_namespaces: { id: string }[];
  };
  const url = config.vars.PUBLIC_URL ?? "";
  const missing = [
    ...(config.d1_databases.some(({ database_id }) => PLACEHOLDER.test(database_id)) ? ["the D1 database_id"] : []),
    ...(config.kv_namespaces.some(({ id }) => PLACEHOLDER.test(id)) ? ["the KV id"] : []),
    ...(new URL(url).hostname.endsWith(".example") ? ["PUBLIC_URL and routes"] : []),
  ];
  if (missing.length > 0)
    throw new Stop(`Under [env.${env}] in wrangler.toml, ${missing.join(", ")} must still be filled in: see docs/deploy.md.`);
  return { env, worker: config.name, url };
}

export async function migrateRemote(env: string): Promise<void> {
  await mustRun("wrangler", ["d1", "migrations", "apply", "DB", "--remote", "--env", env], { env: QUIET });
}

export async function deployAll(env: string): Promise<void> {
  await mustRun("wrangler", ["deploy", "--env", env], { env: QUIET });
}

export async function deployTriggers(env: string): Promise<void> {
  await mustRun("wrangler", ["triggers", "deploy", "--env", env], { env: QUIET });
}

export async function rollBack(env: string, message: string): Promise<void> {
  await mustRun("wrangler", ["rollback", "--env", env, "--yes", "--message", message || "rolled back by hand"], { env: QUIET });
}

interface Deployment {
  versions: { version_id: string; percentage: number }[];
}

/** The version that most requests get now; null when there is none yet. */
export async function currentVersion(env: string): Promise<string | null> {
  const { code, output } = await run("wrangler", ["deployments", "status", "--env", env, "--json"], { env: QUIET });
  if (code !== 0) {
    // 10007: this Worker does not exist. Anything else must not be taken for a first deploy.
    if (/\b10007\b|no deployments/i.test(output)) return null;
    throw new Stop(`wrangler deployments status failed:\n${output.trim()}`);
  }
  const { versions } = JSON.parse(output.slice(output.indexOf("{"))) as Deployment;
  return [...versions].sort((a, b) => b.percentage - a.percentage)[0]?.version_id ?? null;
}

export async function uploadVersion(env: string, message: string, note: (text: string) => void): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "headwater-deploy-"));
  const events = join(folder, "events.ndjson");
  try {
    const args = ["versions", "upload", "--env", env, ...(message === "" ? [] : ["--message", message])];
    await mustRun("wrangler", args, { env: { ...QUIET, WRANGLER_OUTPUT_FILE_PATH: events } });
    const uploaded = readFileSync(events, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { type: string; version_id?: string })
      .find(({ type }) => type === "version-upload");
    if (uploaded?.version_id === undefined) throw new Stop("wrangler did not say which version it has uploaded.");
    note(uploaded.version_id);
    return uploaded.version_id;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `shares`: version → percentage; they add up to 100. */
export async function splitTraffic(env: string, shares: Record<string, number>): Promise<void> {
  const specs = Object.entries(shares).map(([version, percentage]) => `${version}@${percentage}%`);
  await mustRun("wrangler", ["versions", "deploy", ...specs, "--env", env, "--yes"], { env: QUIET });
}
