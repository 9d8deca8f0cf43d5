// One probe a binding: the cheapest call that cannot succeed unless the thing behind the binding answers.
import type { ServiceContext } from "../shared/context";
import { metricsHub } from "../shared/metrics-flush";
import { openPostgres } from "../store/postgres/connection";

export type CheckName = "d1" | "kv" | "r2" | "queue" | "ledger" | "browser" | "postgres";
/** Thrown by a probe of something that serves, though not wholly. Its message is for anybody to read. */
export class Degraded extends Error {}

export type Probe = (ctx: ServiceContext) => Promise<unknown>;

export const probes: Record<CheckName, Probe> = {
  // A table of ours: a database without its migrations cannot serve.
  d1: ({ env }) => env.DB.prepare("SELECT 1 FROM workspaces LIMIT 1").run(),
  kv: ({ env }) => env.KV.get("health:probe"),
  r2: ({ env }) => env.FILES.head("health/probe"),
  // Asks the queue for its backlog; a message would have to be consumed by somebody.
  queue: ({ env }) => env.EVENTS.metrics(),
  ledger: async ({ env }) => {
    const [{ ledgers, entries }] = await Promise.all([metricsHub(env).ledgerTroubles(), env.LEDGER.getByName("health").ping()]);
    if (ledgers > 0) throw new Degraded(`Ledgers that cannot settle: ${ledgers}. Accepted entries that wait in them: ${entries}.`);
  },
  // Asks the service what it would allow; no browser is started.
  browser: async ({ env }) => {
    const { default: puppeteer } = await import("@cloudflare/puppeteer");
    await puppeteer.limits(env.BROWSER);
  },
  // Likewise a table of ours.
  postgres: async ({ env }) => {
    if (env.HYPERDRIVE === undefined) return;
    await openPostgres(env.HYPERDRIVE.connectionString).read("A probe", { sql: "SELECT 1 FROM ledger_marks LIMIT 1", values: [] });
  },
};
