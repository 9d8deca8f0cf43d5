import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { BenchCase } from "./types.ts";

const FOLDER = join(import.meta.dirname, "../cases");

export function caseNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
    .sort();
}

export async function loadCase(name: string): Promise<BenchCase> {
  const module = (await import(join(FOLDER, `${name}.ts`))) as { default: BenchCase };
  return module.default;
}
