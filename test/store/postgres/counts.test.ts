import { openPostgresStore } from "../../../src/store/postgres";
import { openPostgresCounts } from "../../../src/store/postgres/counts";
import { describeCountStore } from "../counts-conformance";
import { onEachPostgres } from "./databases";

onEachPostgres((name, connectionString) => {
  describeCountStore(name, {
    open: () => openPostgresStore(connectionString),
    openCounts: () => openPostgresCounts(connectionString),
  });
});
