// The built Worker on Miniflare, with everything persisted. One way to serve for `npm start`, process tests and benches:
// `wrangler dev` would put a proxy in front that tops out near 600 requests a second.
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { extname, join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4MiniflareOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { mortalWorkerd } from "./die-with-us.ts";
import { CACHE, CONFIG, WORKER } from "./paths.ts";
import { Stop } from "./steps.mjs";

export interface ServeOptions {
  /** 0 picks a free one. */
  port: number;
  host?: string;
  /** Folder for D1, KV, R2 and the objects; without one everything is forgotten. */
  stores?: string;
  /** Laid over `vars` of wrangler.toml: secrets and settings. */
  bindings?: Record<string, string>;
  /**
   * Past the simulator's front, which takes each request and each frame a second time and deflates what goes to listeners; neither we
   * nor the real edge do. Who calls has no address then.
   */
  direct?: boolean;
  /** Connection string of a Postgres to bind as HYPERDRIVE. */
  postgresUrl?: string;
  onLog?: (line: WorkerLog) => void;
  /** Where a debugger or profiler may attach. */
  inspectorPort?: number;
  /** More Workers over the same stores, for benches. */
  beside?: (headwater: ServedWorker) => ServedWorker[];
}

export interface WorkerLog {
  level: string;
  message: string;
}

export interface Served {
  url: string;
  miniflare: Miniflare;
  stop(): Promise<void>;
}

export type ServedWorker = Extract<V4MiniflareOptions, { workers: unknown[] }>["workers"][number];

const MODULE_TYPES: Record<string, "ESModule" | "CompiledWasm" | "Text" | "Data"> = {
  ".js": "ESModule",
  ".mjs": "ESModule",
  ".wasm": "CompiledWasm",
  ".txt": "Text",
  ".html": "Text",
  ".css": "Text",
  ".sql": "Text",
  ".bin": "Data",
};

export async function serve(options: ServeOptions): Promise<Served> {
  const host = options.host ?? process.env.HOST ?? "127.0.0.1";
  if (options.port !== 0) await assertFree(host, options.port);
  setQuietly({ WRANGLER_SEND_METRICS: "false", XDG_CACHE_HOME: CACHE, WRANGLER_LOG: "error" });
  const { workerOptions, externalWorkers } = unstable_getMiniflareWorkerOptions(CONFIG);
  const { modulesRules: _rules, assets, ...fromConfig } = workerOptions;
  const worker: ServedWorker = {
    ...fromConfig,
    name: "headwater",
    modulesRoot: WORKER,
    modules: modulesOf(WORKER),
    ...(options.direct ? { unsafeDirectSockets: [{ host, port: 0 }] } : {}),
    // Assets of its own would put a router in front of every request: a quarter of a millisecond each, for files few ask for.
    serviceBindings: { ...(fromConfig.serviceBindings as Record<string, string> | undefined), ASSETS: "assets" },
    bindings: { ...(fromConfig.bindings as Record<string, string> | undefined), ...options.bindings },
    ...(options.postgresUrl === undefined ? {} : { hyperdrives: { HYPERDRIVE: options.postgresUrl } }),
  };
  mortalWorkerd();
  const releaseSignals = keepOwnSignals();
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host,
      port: options.port,
      cf: false,
      log: new QuietLog(LogLevel.WARN),
      logRequests: false,
      ...(options.inspectorPort === undefined ? {} : { inspectorPort: options.inspectorPort }),
      handleStructuredLogs: ({ level, message }) => options.onLog?.({ level, message }),
      telemetry: { enabled: false },
      ...(options.stores === undefined ? {} : { resourcePersistencePath: options.stores }),
      workers: [worker, assetsWorker(assets as ServedWorker["assets"]), ...externalWorkers, ...(options.beside?.(worker) ?? [])],
    }),
  );
  releaseSignals();
  const ready = await miniflare.ready;
  const { port } = options.direct ? await miniflare.unsafeGetDirectURL("headwater") : ready;
  return { url: `http://localhost:${port}`, miniflare, stop: () => miniflare.dispose() };
}

function assetsWorker(assets: ServedWorker["assets"]): ServedWorker {
  return {
    name: "assets",
    compatibilityDate: "2026-11-01",
    modules: [{ type: "ESModule", path: "assets.js", contents: "export default { fetch: (request, env) => env.FILES.fetch(request) };" }],
    modulesRoot: "/",
    ...(assets === undefined ? {} : { assets: { ...assets, binding: "FILES" } }),
  };
}

function modulesOf(folder: string): { type: "ESModule" | "CompiledWasm" | "Text" | "Data"; path: string }[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort(
    (a, b) => Number(b === "index.js") - Number(a === "index.js"),
  );
  return files.flatMap((file) => {
    const type = MODULE_TYPES[extname(file)];
    return type === undefined ? [] : [{ type, path: join(folder, file) }];
  });
}

// Miniflare ends the process itself on SIGINT and SIGTERM, before whoever started it can close anything in order.
function keepOwnSignals(): () => void {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const before = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
  return () => {
    for (const signal of signals) {
      for (const listener of process.listeners(signal)) {
        if (!before.get(signal)?.includes(listener)) process.removeListener(signal, listener);
      }
    }
  };
}

// Asked before Miniflare tries, because its own message buries the port in a stack of workerd's.
function assertFree(host: string, port: number): Promise<void> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE"
          ? `Port ${port} is taken. Choose another: PORT=8788 npm start`
          : `Cannot listen on port ${port}: ${error.message}`;
      fail(new Stop(why));
    });
    probe.listen({ host, port }, () => probe.close(() => done()));
  });
}

function setQuietly(settings: Record<string, string>): void {
  for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
}

/** Miniflare's own remarks, without those that say nothing to whoever started Headwater. */
class QuietLog extends Log {
  override warn(message: string): void {
    if (!/workers\.cloudflare\.com|cf\.json/.test(message)) super.warn(message);
  }
}
