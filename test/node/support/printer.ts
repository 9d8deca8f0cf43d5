// A Worker of a few lines with the Browser binding, on Miniflare, printing with the Chromium of this machine.
import { join } from "node:path";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { offerToBrowserBinding } from "../../../tools/lib/chromium.ts";
import { CACHE, ROOT } from "../../../tools/lib/paths.ts";

/** `worker`: TypeScript that may import from the root of the project and finds the browser as `env.BROWSER`. */
export async function startPrinter(chromium: string, worker: string): Promise<Miniflare> {
  process.env.XDG_CACHE_HOME = CACHE;
  offerToBrowserBinding(chromium);
  const bundle = await build({
    stdin: { contents: worker, resolveDir: ROOT, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    platform: "node",
  });
  return new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      telemetry: { enabled: false },
      workers: [
        {
          name: "printer",
          compatibilityDate: "2026-11-01",
          compatibilityFlags: ["nodejs_compat"],
          modulesRoot: ROOT,
          modules: [{ type: "ESModule", path: join(ROOT, "printer.js"), contents: bundle.outputFiles[0]?.text ?? "" }],
          browserRendering: { binding: "BROWSER" },
        },
      ],
    }),
  );
}
