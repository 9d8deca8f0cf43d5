// Two servers on one set of SQLite files would each believe to be alone.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Stop } from "./steps.mjs";

/** Returns what releases it. A lock whose holder is dead, as after SIGKILL, counts for nothing. */
export function holdState(folder: string): () => void {
  const file = join(folder, "server.pid");
  const holder = readPid(file);
  if (holder !== null && holder !== process.pid && isAlive(holder)) {
    throw new Stop(`Headwater (process ${holder}) already runs on ${folder}. Stop it first, or set HEADWATER_STATE to another folder.`);
  }
  writeFileSync(file, `${process.pid}\n`, { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

function readPid(file: string): number | null {
  try {
    return Number(readFileSync(file, "utf8")) || null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return isHeadwater(pid);
  } catch {
    return false;
  }
}

// A pid is given away again after a reboot: only a process that runs our start counts. Where that cannot be read, believe the pid.
function isHeadwater(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("start.ts");
  } catch {
    return process.platform !== "linux";
  }
}
