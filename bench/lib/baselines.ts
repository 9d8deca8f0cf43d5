// What everything is compared with, on the same host in the same run: the least that a Worker and an object can do.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build as bundle } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { mortalWorkerd } from "../../tools/lib/die-with-us.ts";
import type { Baseline } from "./types.ts";

const COMPATIBILITY_DATE = "2026-11-01";

// They are sent what the case is sent, and read what a request brings: whoever answers it at all has to.
const SCRIPTS: Record<"bare" | "object" | "durable", string> = {
  bare: `
    export default {
      async fetch(request) {
        if (request.body !== null) await request.text();
        return Response.json({ ok: true });
      },
    };`,
  object: `
    import { DurableObject } from "cloudflare:workers";
    export class Nothing extends DurableObject { ping() { return "pong"; } }
    export default {
      async fetch(request, env) {
        if (request.body !== null) await request.text();
        return Response.json({ ok: await env.NOTHING.getByName("one").ping() });
      },
    };`,
  durable: `
    import { DurableObject } from "cloudflare:workers";
    export class Notes extends DurableObject {
      constructor(state, env) {
        super(state, env);
        state.storage.sql.exec("CREATE TABLE IF NOT EXISTS notes (n INTEGER PRIMARY KEY, text TEXT)");
      }
      note(text) { this.ctx.storage.sql.exec("INSERT INTO notes (text) VALUES (?)", text); return "noted"; }
    }
    export default {
      async fetch(request, env) {
        return Response.json({ ok: await env.NOTES.getByName(new URL(request.url).pathname).note(await request.text()) });
      },
    };`,
};

export interface Subject {
  url: string;
  stop(): Promise<void>;
}

export async function serveBaseline(name: Baseline): Promise<Subject> {
  const isPlain = name === "plain" || name === "batched";
  const contents = isPlain ? await bundled("plain") : SCRIPTS[name];
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
          ...(isPlain ? plainBindings(name === "batched") : {}),
          ...(name === "object" ? { durableObjects: { NOTHING: { className: "Nothing", useSQLite: true } } } : {}),
          ...(name === "durable" ? { durableObjects: { NOTES: { className: "Notes", useSQLite: true } } } : {}),
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

function plainBindings(isBatched: boolean) {
  return {
    d1Databases: ["DB"],
    queueProducers: { EVENTS: "events" },
    queueConsumers: ["events"],
    bindings: { BATCHED: isBatched },
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
