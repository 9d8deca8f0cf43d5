// Applies migrations/postgres to a Postgres, each in its own transaction, and remembers them there.
import { join } from "node:path";
import postgres from "postgres";
import { readMigrations } from "./migrate.ts";
import { ROOT } from "./paths.ts";
import { Stop } from "./steps.mjs";

const TABLE = `CREATE TABLE IF NOT EXISTS headwater_migrations (
  name text PRIMARY KEY, digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`;
// Two that deploy at once take turns. The number is only ours.
const LOCK = "SELECT pg_advisory_xact_lock(4849171)";
const CONNECT_LIMIT_S = 10;

export const POSTGRES_MIGRATIONS = join(ROOT, "migrations/postgres");

/** Names of what was applied now. The address must be that of the database itself: Hyperdrive takes no locks of this kind. */
export async function migratePostgres(url: string, folder = POSTGRES_MIGRATIONS): Promise<string[]> {
  const sql = postgres(url, { max: 1, connect_timeout: CONNECT_LIMIT_S, fetch_types: false, onnotice: () => {} });
  try {
    await sql.unsafe(TABLE);
    const fresh: string[] = [];
    for (const migration of readMigrations(folder)) {
      if (await sql.begin((transaction) => applyOne(transaction, migration))) fresh.push(migration.name);
    }
    return fresh;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function applyOne(
  sql: postgres.TransactionSql,
  { name, sql: text, digest }: ReturnType<typeof readMigrations>[number],
): Promise<boolean> {
  await sql.unsafe(LOCK);
  const [known] = await sql<{ digest: string }[]>`SELECT digest FROM headwater_migrations WHERE name = ${name}`;
  if (known === undefined) {
    await sql.unsafe(text);
    await sql`INSERT INTO headwater_migrations (name, digest) VALUES (${name}, ${digest})`;
    return true;
  }
  if (known.digest !== digest) {
    throw new Stop(
      `The migration ${name} was edited after it was applied to this Postgres, so the two no longer agree.\n` +
        "Undo the edit: a change belongs in a new file.",
    );
  }
  return false;
}
