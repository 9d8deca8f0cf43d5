// The tables of Headwater in a Postgres of your own:
//   HEADWATER_POSTGRES_URL=postgres://user:password@host/database npm run migrate:postgres
import { migratePostgres } from "./lib/migrate-postgres.ts";
import { explain, Stop, step } from "./lib/steps.mjs";

try {
  const url = process.env.HEADWATER_POSTGRES_URL;
  if (url === undefined) throw new Stop("Set HEADWATER_POSTGRES_URL to the address of the database itself, not of Hyperdrive.");
  await step("Migrations", async (note) => {
    const applied = await migratePostgres(url);
    note(applied.length === 0 ? "none new" : applied.join(", "));
  });
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
