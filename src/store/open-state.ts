import { openD1State } from "./d1/state";
import { openPostgresState } from "./postgres/state";
import type { StateStore } from "./state";

/** Beside `openPrimaryStore`, over the same tables. */
export function openStateStore(env: Pick<Env, "DB" | "HYPERDRIVE">): StateStore {
  return env.HYPERDRIVE === undefined ? openD1State(env.DB) : openPostgresState(env.HYPERDRIVE.connectionString);
}
