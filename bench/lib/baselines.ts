// What everything is compared with, on the same host in the same run: the least that a Worker and an object can do.
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { mortalWorkerd } from "../../tools/lib/die-with-us.ts";
import type { Baseline } from "./types.ts";

const COMPATIBILITY_DATE = "2026-11-01";

const SCRIPTS: Record<Baseline, string> = {
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
  mortalWorkerd();
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      telemetry: { enabled: false },
      workers: [
        {
          name,
          compatibilityDate: COMPATIBILITY_DATE,
          modules: [{ type: "ESModule", path: `${name}.js`, contents: SCRIPTS[name] }],
          modulesRoot: "/",
          ...(name === "object" ? { durableObjects: { NOTHING: { className: "Nothing", useSQLite: true } } } : {}),
        },
      ],
    }),
  );
  const { port } = await miniflare.ready;
  return { url: `http://127.0.0.1:${port}`, stop: () => miniflare.dispose() };
}
