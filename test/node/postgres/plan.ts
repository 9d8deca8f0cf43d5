// Which databases a run of the Postgres tests uses, and where, decided before anything is started: the Worker's bindings name them.
import { createServer } from "node:net";
import { canStartCluster, databaseUrl, newDatabaseName } from "./server.ts";

export interface Plan {
  pglitePort: number;
  server: { kind: "cluster"; port: number } | { kind: "borrowed"; serverUrl: string; database: string } | null;
}

/** One for the whole run, however often the configuration is read. */
export async function agreedPlan(): Promise<Plan> {
  process.env.HEADWATER_POSTGRES_PLAN ??= JSON.stringify(await makePlan());
  return JSON.parse(process.env.HEADWATER_POSTGRES_PLAN) as Plan;
}

/** HEADWATER_TEST_POSTGRES_URL set to nothing: no real one, though one could be started. */
async function makePlan(): Promise<Plan> {
  const serverUrl = process.env.HEADWATER_TEST_POSTGRES_URL;
  if (serverUrl !== undefined && serverUrl !== "") {
    return { pglitePort: await freePort(), server: { kind: "borrowed", serverUrl, database: newDatabaseName() } };
  }
  const [pglitePort, port] = await Promise.all([freePort(), freePort()]);
  if (serverUrl === undefined && canStartCluster()) return { pglitePort, server: { kind: "cluster", port } };
  process.stdout.write(
    "No PostgreSQL here (none installed, none named in HEADWATER_TEST_POSTGRES_URL): its tests are skipped, PGlite's run.\n",
  );
  return { pglitePort, server: null };
}

export function hyperdrives({ pglitePort, server }: Plan): Record<string, string> {
  const pglite = `postgres://postgres:postgres@127.0.0.1:${pglitePort}/postgres?sslmode=disable`;
  if (server === null) return { HYPERDRIVE: pglite, POSTGRES_PGLITE: pglite };
  const real =
    server.kind === "cluster"
      ? `postgres://headwater:unused@127.0.0.1:${server.port}/postgres?sslmode=disable`
      : databaseUrl(server.serverUrl, server.database);
  return { HYPERDRIVE: real, POSTGRES_PGLITE: pglite, POSTGRES_SERVER: real };
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once("error", fail);
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}
