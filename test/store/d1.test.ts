import { env } from "cloudflare:test";
import { openD1Store } from "../../src/store/d1";
import { describeStore } from "./conformance";
import { describeLists } from "./lists-conformance";

describeStore("D1", {
  open: () => openD1Store(env.DB),
  rollups: async (formId) =>
    (
      await env.DB.prepare(
        "SELECT day, field, value, count, sum, min, max FROM response_rollups WHERE form_id = ? ORDER BY field, day, value",
      )
        .bind(formId)
        .all()
    ).results as never,
  audits: async (_store, _ledger, _from, responseId) =>
    (
      await env.DB.prepare("SELECT action FROM audit_log WHERE target_id = ? ORDER BY at").bind(responseId).all<{ action: string }>()
    ).results.map(({ action }) => action),
});

describeLists("D1", { open: () => openD1Store(env.DB) });
