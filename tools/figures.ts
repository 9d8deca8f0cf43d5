// `npm run figures -- [forecast | anomalies]`: how good the forecasts and the detectors are over made-up pasts whose truth is known.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { ROOT } from "./lib/paths.ts";

/** In the Worker the bundler hands over compiled modules; here they are compiled on the spot. */
const wasm: Plugin = {
  name: "wasm",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.replace("?module", "")),
      namespace: "wasm",
    }));
    onLoad({ filter: /./, namespace: "wasm" }, ({ path }) => ({
      contents: `import { readFileSync } from "node:fs"; export default new WebAssembly.Module(readFileSync(${JSON.stringify(path)}));`,
    }));
  },
};

type Figures = () => string[];

const FIGURES: Record<string, { file: string; print: (module: Record<string, (...input: never[]) => string[]>) => Figures }> = {
  forecast: {
    file: "test/analytics/forecast/table.ts",
    print: (module) => () => (module.forecastFigures as (seeds: number[], origins: number) => string[])([101, 102, 103], 4),
  },
  anomalies: {
    file: "test/analytics/anomalies/table.ts",
    print: (module) => () => (module.anomalyFigures as (seeds: number[]) => string[])([101, 102, 103, 104, 105]),
  },
};

const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "headwater-figures-"));
try {
  for (const [name, { file, print }] of Object.entries(FIGURES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const { outputFiles } = await build({
      entryPoints: [join(ROOT, file)],
      bundle: true,
      format: "esm",
      platform: "node",
      external: ["cloudflare:*"],
      write: false,
      plugins: [wasm],
    });
    const at = join(folder, `${name}.mjs`);
    writeFileSync(at, outputFiles[0]?.contents ?? "");
    console.log(`\n${name}`);
    for (const line of print(await import(pathToFileURL(at).href))()) console.log(line);
  }
} finally {
  rmSync(folder, { recursive: true });
}
