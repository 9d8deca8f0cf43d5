import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import { migratePostgres, POSTGRES_MIGRATIONS } from "../../tools/lib/migrate-postgres.ts";
import { type Postgres, startPostgres } from "../../tools/lib/postgres.ts";

let database: Postgres;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "headwater-migrations-"));
  cpSync(POSTGRES_MIGRATIONS, folder, { recursive: true });
  database = await startPostgres();
});
afterEach(async () => {
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("each file is applied once", async () => {
  expect(await migratePostgres(database.url, folder)).toEqual([]);
  writeFileSync(join(folder, "9001_more.sql"), "CREATE TABLE more (n integer); INSERT INTO more VALUES (1);");
  const applied = await Promise.all([migratePostgres(database.url, folder), migratePostgres(database.url, folder)]);
  expect(applied.flat()).toEqual(["9001_more.sql"]);
});

test("one that fails leaves nothing of itself, and what is mended is applied", async () => {
  writeFileSync(join(folder, "9001_more.sql"), "CREATE TABLE more (n integer); SELECT no_such_thing();");
  await expect(migratePostgres(database.url, folder)).rejects.toThrow(/no_such_thing/);
  const sql = postgres(database.url, { max: 1, fetch_types: false });
  expect(await sql`SELECT to_regclass('more') IS NULL AS gone`).toMatchObject([{ gone: true }]);
  await sql.end();
  writeFileSync(join(folder, "9001_more.sql"), "CREATE TABLE more (n integer);");
  expect(await migratePostgres(database.url, folder)).toEqual(["9001_more.sql"]);
});

test("one that was edited afterwards is refused", async () => {
  writeFileSync(join(folder, "0001_responses.sql"), "SELECT 1;");
  await expect(migratePostgres(database.url, folder)).rejects.toThrow(/0001_responses.sql was edited/);
});
