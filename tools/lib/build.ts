// Assets and the Worker bundle, each made again only when what it is made of has changed.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ASSETS, DIST, ROOT, WORKER } from "./paths.ts";
import { mustRun } from "./run.ts";

const WORKER_SOURCES = ["src", "durable-objects", "queues", "templates", "plugins", "wrangler.toml", "tsconfig.json", "package-lock.json"];

/** Files that are served as they come from a package: name in the assets → path in node_modules. */
const COPIED_ASSETS: Record<string, string> = {
  "docs/scalar.js": "@scalar/api-reference/dist/browser/standalone.js",
};

export function buildAssets(): void {
  mkdirSync(ASSETS, { recursive: true });
  for (const [name, source] of Object.entries(COPIED_ASSETS)) {
    const from = join(ROOT, "node_modules", source);
    const to = join(ASSETS, name);
    if (existsSync(to) && statSync(to).size === statSync(from).size && statSync(to).mtimeMs >= statSync(from).mtimeMs) continue;
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to);
  }
}

/** True when something had to be built. */
async function buildWorker(): Promise<boolean> {
  const digest = digestOf(WORKER_SOURCES);
  const stamp = join(WORKER, ".built-from");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return false;
  const fresh = `${WORKER}.${process.pid}`;
  await mustRun("wrangler", ["deploy", "--dry-run", "--outdir", fresh], { env: { WRANGLER_SEND_METRICS: "false", CI: "1" } });
  writeFileSync(join(fresh, ".built-from"), digest);
  rmSync(WORKER, { recursive: true, force: true });
  renameSync(fresh, WORKER);
  return true;
}

export async function build(): Promise<boolean> {
  mkdirSync(DIST, { recursive: true });
  buildAssets();
  return await buildWorker();
}

function digestOf(sources: string[]): string {
  const hash = createHash("sha256");
  for (const source of sources) {
    const path = join(ROOT, source);
    if (!existsSync(path)) continue;
    const files = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .sort()
      : [path];
    for (const file of files) hash.update(relative(ROOT, file)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}
