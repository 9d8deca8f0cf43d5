import { openD1Store } from "./d1";
import { openPostgresStore } from "./postgres";
import type { PrimaryStore } from "./primary";

/** Where this installation keeps its bulk tables: in Postgres when one is bound, else in D1. */
export function openPrimaryStore(env: Pick<Env, "DB" | "HYPERDRIVE">): PrimaryStore {
  return env.HYPERDRIVE === undefined ? openD1Store(env.DB) : openPostgresStore(env.HYPERDRIVE.connectionString);
}
