import { openPostgresStore } from "../../../src/store/postgres";
import { openPostgresState } from "../../../src/store/postgres/state";
import { describeStateStore } from "../state-conformance";
import { onEachPostgres } from "./databases";

onEachPostgres((name, connectionString) => {
  describeStateStore(name, {
    open: () => openPostgresStore(connectionString),
    openState: () => openPostgresState(connectionString),
  });
});
