// A process of its own that keeps the databases of a plan: Vite would give it the driver's build for Workers. It ends with whoever
// forked it, and says over that channel when they can be used.
import { migratePostgres } from "../../../tools/lib/migrate-postgres.ts";
import { type Postgres, startPostgres } from "../../../tools/lib/postgres.ts";
import type { Plan } from "./plan.ts";
import { borrowDatabase, startCluster } from "./server.ts";

const plan = JSON.parse(process.argv[2] ?? "null") as Plan;
const running: Postgres[] = [];

process.on("disconnect", async () => {
  for (const one of running.reverse()) await one.stop();
  process.exit(0);
});

running.push(await startPostgres(undefined, plan.pglitePort));
if (plan.server !== null) {
  const { server } = plan;
  const real = server.kind === "cluster" ? await startCluster(server.port) : await borrowDatabase(server.serverUrl, server.database);
  running.push(real);
  await migratePostgres(real.url);
}
process.send?.("ready");
