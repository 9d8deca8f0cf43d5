// The databases that vitest.postgres.config.ts has bound: the embedded one always, a real one where there is one.
import { env } from "cloudflare:test";
import { test } from "vitest";

const BOUND = { PGlite: env.POSTGRES_PGLITE, PostgreSQL: env.POSTGRES_SERVER };

export function onEachPostgres(suite: (name: string, connectionString: string) => void): void {
  for (const [name, binding] of Object.entries(BOUND)) {
    if (binding === undefined) test.skip(`${name}: none here`, () => {});
    else suite(name, binding.connectionString);
  }
}
