// What everything is compared with, on the same host in the same run: the least that a Worker and an object can do.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { mortalWorkerd } from "../../tools/lib/die-with-us.ts";
import type { Baseline } from "./types.ts";

const COMPATIBILITY_DATE = "2026-11-01";

// Row, counters and queue message in each request, with nothing checked: the usual design, and a generous measure of it.
const PLAIN = `
  const TABLES = [
    "CREATE TABLE IF NOT EXISTS responses (id TEXT PRIMARY KEY, form_id TEXT NOT NULL, submitted_at INTEGER NOT NULL, data TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS responses_by_time ON responses (form_id, submitted_at)",
    "CREATE TABLE IF NOT EXISTS counters (form_id TEXT, name TEXT, count INTEGER NOT NULL, PRIMARY KEY (form_id, name)) WITHOUT ROWID",
  ];
  const DATA = JSON.stringify({ name: "Ada Lovelace", department: "IT", score: 9, comment: "It was good, thank you." });
  const ROW = "INSERT INTO responses (id, form_id, submitted_at, data) VALUES (?, 'frm_1', ?, ?)";
  const COUNT = "INSERT INTO counters VALUES ('frm_1', ?, 1) ON CONFLICT DO UPDATE SET count = count + 1";
  let ready = false;
  export default {
    async fetch(request, env) {
      if (!ready) {
        await env.DB.batch(TABLES.map((sql) => env.DB.prepare(sql)));
        ready = true;
      }
      const id = crypto.randomUUID();
      await env.DB.batch([
        env.DB.prepare(ROW).bind(id, Date.now(), DATA),
        ...["total", "department=IT", "score=9"].map((name) => env.DB.prepare(COUNT).bind(name)),
      ]);
      await env.EVENTS.send({ id });
      return Response.json({ id }, { status: 201 });
    },
    async queue() {},
  };`;

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
  plain: PLAIN,
};

export interface Subject {
  url: string;
  stop(): Promise<void>;
}

export async function serveBaseline(name: Baseline): Promise<Subject> {
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
          modules: [{ type: "ESModule", path: `${name}.js`, contents: SCRIPTS[name] }],
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
