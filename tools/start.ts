// Under the project's Node: build, prepare the store, serve, keep time, and say where everything is.
import { join } from "node:path";
import { startHeadwater } from "./lib/headwater.ts";
import { explain } from "./lib/steps.mjs";
import { printSummary } from "./lib/summary.ts";

const DEFAULT_PORT = 8787;
const STOP_WITHIN_MS = 8_000;

let stopping = false;
let stopServer: (() => Promise<void>) | undefined;

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  // Whatever hangs must not keep a person waiting: what is accepted is on disk already.
  setTimeout(() => process.exit(code), STOP_WITHIN_MS).unref();
  await stopServer?.().catch(explain);
  process.exit(code);
}

process.on("SIGINT", () => stop(130));
process.on("SIGTERM", () => stop(0));
process.on("disconnect", () => stop(0));

try {
  const started = await startHeadwater({ port: Number(process.env.PORT ?? DEFAULT_PORT), env: process.env });
  stopServer = started.stop;
  if (!stopping) printSummary(started, join(started.folder, "demo.json"));
} catch (error) {
  if (!stopping) {
    explain(error);
    process.exit(1);
  }
}
