import type { CountStore } from "./counts";
import { openD1Counts } from "./d1/counts";
import { openPostgresCounts } from "./postgres/counts";

/** Beside `openPrimaryStore`, over the same tables. */
export function openCountStore(env: Pick<Env, "DB" | "HYPERDRIVE">): CountStore {
  return env.HYPERDRIVE === undefined ? openD1Counts(env.DB) : openPostgresCounts(env.HYPERDRIVE.connectionString);
}
