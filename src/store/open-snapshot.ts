import { openD1Snapshot } from "./d1/snapshot";
import { openPostgresSnapshot } from "./postgres/snapshot";
import type { SnapshotStore } from "./snapshot";

/** Beside `openPrimaryStore`, over the same tables. */
export function openSnapshotStore(env: Pick<Env, "DB" | "HYPERDRIVE">): SnapshotStore {
  return env.HYPERDRIVE === undefined ? openD1Snapshot(env.DB) : openPostgresSnapshot(env.HYPERDRIVE.connectionString);
}
