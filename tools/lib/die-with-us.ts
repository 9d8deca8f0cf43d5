// Killed outright, we cannot stop what we started: workerd and Chromium would live on with the port and the files.
// On Linux the kernel does it for us, asked through `setpriv --pdeathsig` (util-linux).
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { CACHE } from "./paths.ts";

let prefix: string | undefined;

/** What to put before a command so that it ends with us; empty where that cannot be had. */
export function deathPrefix(): string {
  if (prefix === undefined) {
    const works = process.platform === "linux" && spawnSync("setpriv", ["--pdeathsig", "KILL", "true"]).status === 0;
    prefix = works ? "setpriv --pdeathsig KILL " : "";
  }
  return prefix;
}

/** Points Miniflare to a workerd that ends with us. */
export function mortalWorkerd(): void {
  if (deathPrefix() === "" || process.env.MINIFLARE_WORKERD_PATH !== undefined) return;
  const { default: workerd } = createRequire(import.meta.url)("workerd") as { default: string };
  const script = join(CACHE, "workerd");
  writeScript(script, `exec ${deathPrefix()}"${workerd}" "$@"`);
  process.env.MINIFLARE_WORKERD_PATH = script;
}

export function writeScript(file: string, command: string): void {
  const text = `#!/bin/sh\n${command}\n`;
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  chmodSync(draft, 0o755);
  renameSync(draft, file);
}
