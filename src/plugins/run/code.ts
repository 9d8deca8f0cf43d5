// What is loaded into an isolate. One isolate a plugin and version: what runs in it is its own business alone.
import METERED from "../../../dist/plugins/metered.txt";
import interpreter from "../../../dist/plugins/quickjs.wasm";
import STRICT from "../../../dist/plugins/strict.txt";
import type { Gate, Job, RawOutcome } from "../isolate/protocol";

const COMPATIBILITY_DATE = "2026-11-01";

export interface Isolate extends Rpc.WorkerEntrypointBranded {
  run(job: Job, gate: Gate): Promise<RawOutcome>;
}

/** No bindings and no way out: all that a plugin may do goes through the gate that comes with each run. */
const COMMON = { compatibilityDate: COMPATIBILITY_DATE, env: {}, globalOutbound: null };

export function strictCode(cpuMs: number, subRequests: number): WorkerLoaderWorkerCode {
  return {
    ...COMMON,
    mainModule: "strict.js",
    modules: { "strict.js": STRICT, "quickjs.wasm": interpreter },
    limits: { cpuMs, subRequests },
  };
}

export function meteredCode(plugin: string, cpuMs: number, subRequests: number): WorkerLoaderWorkerCode {
  return {
    ...COMMON,
    mainModule: "metered.js",
    modules: { "metered.js": METERED, "plugin.js": plugin },
    limits: { cpuMs, subRequests },
  };
}
