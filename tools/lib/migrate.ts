// Applies migrations/d1 to a served D1, in the table that `wrangler d1 migrations` keeps, so that both agree.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Miniflare } from "miniflare";
import { unstable_splitSqlQuery } from "wrangler";
import { ROOT } from "./paths.ts";
import { readJson, writePrivate } from "./state.ts";
import { Stop } from "./steps.mjs";

const TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

export interface Migration {
  name: string;
  sql: string;
  digest: string;
}

export function readMigrations(folder = join(ROOT, "migrations/d1")): Migration[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name), "utf8");
      return { name, sql, digest: createHash("sha256").update(sql).digest("hex") };
    });
}

/** Names of what was applied now. `record` remembers the text of each, so that an edit of an applied one is seen. */
export async function migrate(miniflare: Miniflare, record: string): Promise<string[]> {
  const db = await miniflare.getD1Database("DB");
  await db.prepare(TABLE).run();
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const applied = new Set(results.map((row) => row.name));
  const digests = readJson<Record<string, string>>(record) ?? {};
  const fresh: string[] = [];
  for (const { name, sql, digest } of readMigrations()) {
    if (applied.has(name)) {
      assertUnchanged(name, digests[name] ?? digest, digest);
    } else {
      const statements = unstable_splitSqlQuery(sql).map((statement) => db.prepare(statement));
      await db.batch([...statements, db.prepare("INSERT INTO d1_migrations (name) VALUES (?1)").bind(name)]);
      fresh.push(name);
    }
    digests[name] = digest;
  }
  writePrivate(record, digests);
  return fresh;
}

function assertUnchanged(name: string, then: string, now: string): void {
  if (then === now) return;
  throw new Stop(
    `The migration ${name} was edited after it was applied to this store, so the two no longer agree.\n` +
      "Undo the edit (a change belongs in a new file), or start on an empty store: HEADWATER_STATE=<new folder> npm start",
  );
}
