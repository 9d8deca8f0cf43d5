// What the workerd of this process takes of the machine, as the kernel counts it.
import { existsSync, readdirSync, readFileSync } from "node:fs";

let known: string[] = [];

/** Resident memory of the workerd that we started: all isolates and the stores' caches together. */
export function workerdMb(): number {
  const resident = ours().map((pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0));
  return Math.round(resident.reduce((sum, kb) => sum + kb, 0) / 1_000);
}

/** In steps of ten. */
export function workerdCpuMs(): number {
  const ticks = ours().map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, each) => sum + each, 0) * 10;
}

/** Looked for again once a server has ended: a bench may start another. */
function ours(): string[] {
  if (known.length === 0 || known.some((pid) => !existsSync(`/proc/${pid}`))) {
    known = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && isOurs(pid));
  }
  return known;
}

function isOurs(pid: string): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return /^Name:\s+workerd/m.test(status) && Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) === process.pid;
  } catch {
    // It ended meanwhile.
    return false;
  }
}
