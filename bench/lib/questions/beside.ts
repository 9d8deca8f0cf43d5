// The bench's own Worker, served beside Headwater over its stores.
import { join } from "node:path";
import { build as bundle } from "esbuild";
import type { Miniflare } from "miniflare";
import type { ServedWorker } from "../../../tools/lib/serve.ts";
import type { BenchOrder } from "./order.ts";

export type Ask = <T>(order: BenchOrder) => Promise<T>;

export async function bundleWorker(): Promise<string> {
  const made = await bundle({
    entryPoints: [join(import.meta.dirname, "../../worker/questions.ts")],
    ...{ bundle: true, write: false, format: "esm", target: "es2024", conditions: ["workerd", "worker"], mainFields: ["module", "main"] },
    ...{ external: ["cloudflare:*", "node:*"], loader: { ".html": "text", ".css": "text", ".wasm": "empty" }, logLevel: "error" },
  });
  return made.outputFiles[0]?.text ?? "";
}

export function besideOf(ours: ServedWorker, contents: string): ServedWorker {
  const { compatibilityDate, compatibilityFlags, bindings, d1Databases, kvNamespaces } = ours;
  return {
    ...{ name: "bench", modules: [{ type: "ESModule", path: "bench.js", contents }], modulesRoot: "/" },
    ...{ compatibilityDate, compatibilityFlags, bindings, d1Databases, kvNamespaces },
    durableObjects: Object.fromEntries(
      [
        ["LEDGER", "FormLedger"],
        ["COLUMNS", "FormColumns"],
      ].map(([name, className]) => [name, { className, scriptName: "headwater", useSQLite: true }]),
    ),
  };
}

export async function askerOf(miniflare: Miniflare): Promise<Ask> {
  const beside = await miniflare.getWorker("bench");
  return async <T>(order: BenchOrder) => {
    const reply = await beside.fetch("http://bench/", { method: "POST", body: JSON.stringify(order) });
    if (!reply.ok) throw new Error(`The bench's Worker: ${reply.status} ${(await reply.text()).slice(0, 2_000)}`);
    return (await reply.json()) as T;
  };
}
