import { join } from "node:path";
import { mustRun } from "../../tools/lib/run.ts";
import type { Load, LoadOrder } from "./types.ts";

/** One round. The rate, and how long the replies took. */
export async function applyLoad(order: LoadOrder): Promise<Load> {
  const script = join(import.meta.dirname, "load-process.ts");
  const output = await mustRun(process.execPath, ["--disable-warning=ExperimentalWarning", script, JSON.stringify(order)]);
  return JSON.parse(output.trim().split("\n").at(-1) ?? "") as Load;
}
