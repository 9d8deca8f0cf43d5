// A real PostgreSQL to test against: the one named in HEADWATER_TEST_POSTGRES_URL, else a throw-away cluster.
import { randomBytes } from "node:crypto";
import postgres from "postgres";
import type { Postgres } from "../../../tools/lib/postgres.ts";

export { canStartCluster, startCluster } from "../../../tools/lib/postgres-cluster.ts";

/** A database of our own in somebody's server, gone when `stop` is called. */
export async function borrowDatabase(serverUrl: string, name: string): Promise<Postgres> {
  const url = databaseUrl(serverUrl, name);
  await administer(serverUrl, `CREATE DATABASE ${name}`);
  return { url, stop: () => administer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

export function newDatabaseName(): string {
  return `headwater_test_${randomBytes(6).toString("hex")}`;
}

async function administer(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, fetch_types: false });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
