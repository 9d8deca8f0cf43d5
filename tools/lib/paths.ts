import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");
export const DIST = join(ROOT, "dist");
export const ASSETS = join(DIST, "assets");
export const WORKER = join(DIST, "worker");
export const CONFIG = join(ROOT, "wrangler.toml");
/** Small things made once per machine: gone with node_modules, so that a clean install starts clean. */
export const CACHE = join(ROOT, "node_modules", ".cache", "headwater");
