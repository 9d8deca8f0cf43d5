import { drizzle } from "drizzle-orm/d1";
import { SQLiteRaw } from "drizzle-orm/sqlite-core/query-builders/raw";
import type { Database } from "../shared/context";

export { type ColumnsDoor, columnsDoor } from "./columns";
export type * from "./conditions";
export type * from "./counts";
export { openCountStore } from "./open-counts";
export { openPrimaryStore } from "./open-primary";
export { openQuestionStore } from "./open-questions";
export { openSnapshotStore } from "./open-snapshot";
export { openStateStore } from "./open-state";
export type * from "./primary";
export * from "./questions";
export * as tables from "./schema";
export type * from "./snapshot";
export type * from "./state";
export { hasWords } from "./words";

const opened = new WeakMap<D1Database | D1DatabaseSession, Database>();

export function openDatabase(binding: D1Database | D1DatabaseSession): Database {
  const known = opened.get(binding);
  if (known !== undefined) return known;
  const database: Database = drizzle(binding as D1Database);
  const batch = database.batch.bind(database);
  // Drizzle binds the parameters of a batched statement through `stmt`, which it forgets to give to raw `db.run(sql…)`.
  database.batch = ((statements: Parameters<typeof batch>[0]) => {
    for (const statement of statements) {
      if (statement instanceof SQLiteRaw) Object.assign(statement, { stmt: binding.prepare(statement.getQuery().sql) });
    }
    return batch(statements);
  }) as unknown as typeof database.batch;
  opened.set(binding, database);
  return database;
}
