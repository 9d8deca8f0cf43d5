import type { RollupDelta } from "../../../src/store";
import { openPostgresStore } from "../../../src/store/postgres";
import { openPostgres } from "../../../src/store/postgres/connection";
import { describeStore } from "../conformance";
import { describeLists } from "../lists-conformance";
import { onEachPostgres } from "./databases";

onEachPostgres((name, connectionString) => {
  describeLists(name, { open: () => openPostgresStore(connectionString) });
  describeStore(name, {
    open: () => openPostgresStore(connectionString),
    rollups: (formId) =>
      openPostgres(connectionString).read<Omit<RollupDelta, "loose"> & Record<string, unknown>>("Roll-ups", {
        sql: "SELECT day, field, value, count, sum, min, max FROM response_rollups WHERE form_id = $1 ORDER BY field, day, value",
        values: [formId],
      }),
    audits: async (store, ledger, fromSeq, responseId) =>
      ((await store.outboxRange(ledger.formId, ledger.shard, fromSeq))?.audit ?? [])
        .filter(({ targetId }) => targetId === responseId)
        .map(({ action }) => action),
  });
});
