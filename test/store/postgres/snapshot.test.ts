import { describe } from "vitest";
import { openPostgresStore } from "../../../src/store/postgres";
import { openPostgresSnapshot } from "../../../src/store/postgres/snapshot";
import { describeSnapshotStore } from "../snapshot-conformance";
import { onEachPostgres } from "./databases";

onEachPostgres((name, connectionString) => {
  // PGlite serves one connection at a time: beside the other files of this suite it leaves this test waiting for one until it gives up.
  describe.skipIf(name.startsWith("PGlite"))("where connections are served side by side", () => {
    describeSnapshotStore(name, {
      open: () => openPostgresStore(connectionString),
      openSnapshot: () => openPostgresSnapshot(connectionString),
      runs: 6,
    });
  });
});
