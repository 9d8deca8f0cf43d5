import { openPostgresStore } from "../../../src/store/postgres";
import { openPostgresSnapshot } from "../../../src/store/postgres/snapshot";
import { describeSnapshotStore } from "../snapshot-conformance";
import { onEachPostgres } from "./databases";

onEachPostgres((name, connectionString) => {
  describeSnapshotStore(name, {
    open: () => openPostgresStore(connectionString),
    openSnapshot: () => openPostgresSnapshot(connectionString),
    runs: 6,
  });
});
