// What runs beside the Worker, made into text that the Worker carries: the harness of each mode, the interpreter with its fuel
// gauge, and the plugins of plugins/.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { addFuel } from "./fuel.ts";
import { DIST, ROOT } from "./paths.ts";

const OUT = join(DIST, "plugins");
const ISOLATE = join(ROOT, "src/plugins/isolate");
const SOURCES = [ISOLATE, join(ROOT, "plugins")];
const FILES_OF_TOOL = ["tools/lib/build-plugins.ts", "tools/lib/fuel.ts", "package-lock.json"].map((file) => join(ROOT, file));
const INTERPRETER = join(ROOT, "node_modules/@jitl/quickjs-wasmfile-release-sync/dist/emscripten-module.wasm");
/** A name that only the metering and the strict mode's wrapper know: they put the real class there. */
const SDK = "headwater";

/** True when something had to be made. */
export async function buildPlugins(): Promise<boolean> {
  const digest = digestOf();
  const stamp = join(OUT, ".built-from");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return false;
  const fresh = `${OUT}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const guest = await bundle("guest-strict.ts", { format: "iife", globalName: "guest" });
  const interpreter = addFuel(readFileSync(INTERPRETER));
  const strict = await bundle("strict.ts", {
    text: { "./guest.txt": `(() => { ${guest}\nreturn guest.default; })()`, "./asks.txt": JSON.stringify(interpreter.asks) },
  });
  writeFileSync(join(fresh, "strict.txt"), strict);
  writeFileSync(join(fresh, "metered.txt"), await bundle("metered.ts", {}));
  writeFileSync(join(fresh, "quickjs.wasm"), interpreter.module);
  writeFileSync(join(fresh, "built.txt"), JSON.stringify(await builtPlugins()));
  writeFileSync(join(fresh, ".built-from"), digest);
  rmSync(OUT, { recursive: true, force: true });
  try {
    renameSync(fresh, OUT);
  } catch (error) {
    // Another process was quicker, and has made the same.
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(stamp)) throw error;
  }
  return true;
}

interface BundleOptions {
  format?: "esm" | "iife";
  globalName?: string;
  text?: Record<string, string>;
}

async function bundle(entry: string, { format = "esm", globalName, text = {} }: BundleOptions): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(ISOLATE, entry)],
    bundle: true,
    write: false,
    format,
    globalName,
    target: "es2024",
    minify: true,
    // Names are what a log line shows.
    keepNames: false,
    legalComments: "none",
    conditions: ["workerd", "import"],
    external: ["cloudflare:*", "./plugin.js", "./quickjs.wasm"],
    plugins: [textOf(text)],
  });
  return outputFiles[0]?.text ?? "";
}

function textOf(texts: Record<string, string>): Plugin {
  return {
    name: "text",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.txt$/ }, ({ path }) => (path in texts ? { path, namespace: "text" } : undefined));
      onLoad({ filter: /.*/, namespace: "text" }, ({ path }) => ({ contents: texts[path] ?? "", loader: "text" }));
    },
  };
}

interface BuiltPlugin {
  name: string;
  source: string;
}

/** One plugin a file, or a folder with an index.ts. */
async function builtPlugins(): Promise<BuiltPlugin[]> {
  const folder = join(ROOT, "plugins");
  const found: BuiltPlugin[] = [];
  if (!existsSync(folder)) return found;
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = entry.isDirectory() ? join(folder, entry.name, "index.ts") : join(folder, entry.name);
    if (!/(?<!\.test|\.d)\.ts$/.test(file) || !existsSync(file)) continue;
    found.push({ name: entry.name.replace(/\.ts$/, ""), source: await bundlePlugin(file) });
  }
  return found;
}

/** A plugin's file as one module of JavaScript, as it could also be uploaded. */
export async function bundlePlugin(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    legalComments: "none",
    plugins: [
      {
        name: "sdk",
        setup: ({ onResolve }) => onResolve({ filter: /(^|\/)plugins\/sdk(\/index)?$/ }, () => ({ path: SDK, external: true })),
      },
    ],
  });
  return outputFiles[0]?.text ?? "";
}

function digestOf(): string {
  const hash = createHash("sha256");
  const files = SOURCES.filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort(),
  );
  for (const file of [...files, ...FILES_OF_TOOL])
    hash.update(file.slice(ROOT.length)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}
