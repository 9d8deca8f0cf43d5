// What everything is compared with, on the same host in the same run: the least that a Worker and an object can do.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build as bundle } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { mortalWorkerd } from "../../tools/lib/die-with-us.ts";
import type { Baseline } from "./types.ts";

const COMPATIBILITY_DATE = "2026-11-01";

const SCRIPTS: Record<Exclude<Baseline, "plain">, string> = {
  bare: `export default { fetch: () => new Response('{"ok":true}', { headers: { "Content-Type": "application/json" } }) };`,
  object: `
    import { DurableObject } from "cloudflare:workers";
    export class Nothing extends DurableObject { ping() { return "pong"; } }
    export default {
      async fetch(request, env) {
        return Response.json({ ok: await env.NOTHING.getByName("one").ping() });
      },
    };`,
};

export interface Subject {
  url: string;
  stop(): Promise<void>;
}

export async function serveBaseline(name: Baseline): Promise<Subject> {
  const contents = name === "plain" ? await bundled("plain") : SCRIPTS[name];
  mortalWorkerd();
  const state = mkdtempSync(join(tmpdir(), `headwater-bench-${name}-`));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      telemetry: { enabled: false },
      // On disk, like ours: a commit to memory would be no measure of one.
      resourcePersistencePath: state,
      workers: [
        {
          name,
          compatibilityDate: COMPATIBILITY_DATE,
          compatibilityFlags: ["nodejs_compat"],
          modules: [{ type: "ESModule", path: `${name}.js`, contents }],
          modulesRoot: "/",
          ...(name === "plain" ? { d1Databases: ["DB"], queueProducers: { EVENTS: "events" }, queueConsumers: ["events"] } : {}),
          ...(name === "object" ? { durableObjects: { NOTHING: { className: "Nothing", useSQLite: true } } } : {}),
        },
      ],
    }),
  );
  const { port } = await miniflare.ready;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => miniflare.dispose().finally(() => rmSync(state, { recursive: true, force: true })),
  };
}

async function bundled(name: string): Promise<string> {
  const { outputFiles } = await bundle({
    entryPoints: [join(import.meta.dirname, `../worker/${name}.ts`)],
    bundle: true,
    write: false,
    format: "esm",
    target: "esnext",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*", "*.wasm"],
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`${name} was not bundled.`);
  return file.text;
}
