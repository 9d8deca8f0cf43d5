// The databases that vitest.postgres.config.ts has promised to the Worker: started before the tests, migrated, gone afterwards.
import { migratePostgres } from "../../../tools/lib/migrate-postgres.ts";
import { type Postgres, startPostgres } from "../../../tools/lib/postgres.ts";
import type { Plan } from "./plan.ts";
import { borrowDatabase, startCluster } from "./server.ts";

export default async function setUp(): Promise<() => Promise<void>> {
  const plan = JSON.parse(process.env.HEADWATER_POSTGRES_PLAN ?? "null") as Plan | null;
  if (plan === null) throw new Error("vitest.postgres.config.ts has not said which databases it needs.");
  const running: Postgres[] = [];
  const stop = async () => {
    for (const one of running.reverse()) await one.stop();
  };
  try {
    running.push(await startPostgres(undefined, plan.pglitePort));
    if (plan.server?.kind === "cluster") running.push(await startCluster(plan.server.port));
    if (plan.server?.kind === "borrowed") running.push(await borrowDatabase(plan.server.serverUrl, plan.server.database));
    for (const { url } of running) await migratePostgres(url);
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}
