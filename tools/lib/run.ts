// A command to its end, with its output kept for when it fails.
import { type ChildProcess, spawn } from "node:child_process";
import { ROOT } from "./paths.ts";
import { Stop } from "./steps.mjs";

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  timeoutMs?: number;
}

export interface Outcome {
  code: number;
  output: string;
}

const running = new Set<ChildProcess>();
// Whoever stops us means our children too.
process.on("exit", () => {
  for (const child of running) child.kill();
});

export function run(command: string, args: string[], options: RunOptions = {}): Promise<Outcome> {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    });
    running.add(child);
    child.on("close", () => running.delete(child));
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on("error", (error) => done({ code: 1, output: `${output}${error.message}` }));
    child.on("close", (code) => done({ code: code ?? 1, output }));
  });
}

/** The same, when failing means that nothing else makes sense. */
export async function mustRun(command: string, args: string[], options: RunOptions = {}): Promise<string> {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new Stop(`${command} ${args.join(" ")} failed:\n${output.trim()}`);
  return output;
}
