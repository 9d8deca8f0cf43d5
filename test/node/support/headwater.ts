// The start command as a person runs it: a process of its own, on a state folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../../tools/lib/paths.ts";

export interface Running {
  url: string;
  port: number;
  output: () => string;
  /** Every process that the start has made, itself first. */
  pids: () => number[];
  signal(signal: NodeJS.Signals, pid?: number): void;
  exited: Promise<number | null>;
}

export interface StartOptions {
  state: string;
  port?: number;
  env?: Record<string, string>;
  /** What its output must say before it counts as started. */
  until?: string;
}

export function emptyState(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "headwater-test-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Resolves when the summary has been printed; rejects when the process ends before that. */
export async function start({ state, port, env = {}, until: sign = "Ctrl-C stops it" }: StartOptions): Promise<Running> {
  const chosen = port ?? (await freePort());
  const child = spawn("node", [join(ROOT, "tools/start.mjs")], {
    cwd: tmpdir(),
    env: { ...process.env, HEADWATER_STATE: state, PORT: String(chosen), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collect(child);
  const exited = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
  await Promise.race([
    until(() => output().includes(sign)),
    exited.then((code) => {
      throw new Error(`The start ended with ${code}:\n${output()}`);
    }),
  ]);
  const pid = child.pid ?? 0;
  return {
    url: `http://localhost:${chosen}`,
    port: chosen,
    output,
    pids: () => [pid, ...descendants(pid)],
    signal: (signal, target = pid) => process.kill(target, signal),
    exited,
  };
}

function collect(child: ChildProcess): () => string {
  let text = "";
  child.stdout?.on("data", (chunk) => {
    text += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    text += chunk;
  });
  return () => text;
}

export async function until(condition: () => boolean, limitMs = 60_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("Waited in vain.");
    await new Promise((done) => setTimeout(done, 50));
  }
}

export function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => done(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function descendants(pid: number): number[] {
  const children = parents().filter(([, parent]) => parent === pid);
  return children.flatMap(([child]) => [child, ...descendants(child)]);
}

function parents(): [pid: number, parent: number][] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readStat(name);
      return stat === null ? [] : [[Number(name), stat] as [number, number]];
    });
}

function readStat(pid: string): number | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, parent] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? null : Number(parent);
  } catch {
    return null;
  }
}

export function isRunning(pid: number): boolean {
  return readStat(String(pid)) !== null;
}
