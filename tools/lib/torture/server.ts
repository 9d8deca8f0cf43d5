// The real server: the start command as a process group of its own, which can be killed in one stroke.
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { deathPrefix } from "../die-with-us.ts";
import { ROOT } from "../paths.ts";

const START_WITHIN_MS = 120_000;
/** It gives itself eight seconds; what is killed then still has to get its last write through a disk that others keep busy. */
const END_WITHIN_MS = 30_000;

export interface Server {
  origin: string;
  /** Id of the process group that holds all of it. */
  group: number;
  /** Resolves when nothing of it runs any more. */
  ended(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

export async function startServer(state: string, port: number, env: Record<string, string> = { HEADWATER_EMPTY: "1" }): Promise<Server> {
  const [command = "node", ...args] = [...deathPrefix().split(" ").filter(Boolean), process.execPath, join(ROOT, "tools/start.mjs")];
  const child = spawn(command, args, {
    detached: true,
    env: { ...process.env, HEADWATER_STATE: state, PORT: String(port), HEADWATER_LIMITS: "off", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const group = child.pid ?? 0;
  const output = collect(child);
  const origin = `http://127.0.0.1:${port}`;
  await waitFor(START_WITHIN_MS, async () => {
    if (child.exitCode !== null) throw new Error(`The start ended with ${child.exitCode}:\n${output()}`);
    return output().includes("Ctrl-C stops it") && (await answers(`${origin}/health/live`));
  });
  return {
    origin,
    group,
    ended: () => waitFor(END_WITHIN_MS, () => !groupLives(group)),
    signal: (signal) => process.kill(-group, signal),
  };
}

function collect(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-10_000);
    });
  return () => text;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
    (reply) => reply.ok,
    () => false,
  );
}

async function waitFor(limitMs: number, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited ${limitMs} ms in vain.`);
    await new Promise((done) => setTimeout(done, 30));
  }
}

/** Whether anything of the group still runs; what is dead but not yet collected by its parent does not. */
function groupLives(group: number): boolean {
  return readdirSync("/proc").some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, , itsGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return state !== "Z" && Number(itsGroup) === group;
    } catch {
      return false;
    }
  });
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
