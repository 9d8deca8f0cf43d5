import { expect, test } from "vitest";
import { listDeliveries, listSchedules, listSuppressions, runDueSchedules, settleRecipients } from "../../../src/reports";
import { asSystem } from "../../../src/shared/context";
import { openDatabase } from "../../../src/store";
import { createForm } from "../../responses/support";
import { testContext } from "../../support/context";
import { watch } from "../../support/plans";

test("what runs by the clock and what is listed reads by index", async () => {
  const form = await createForm();
  const body = { form_id: form.formId, name: "A", frequency: "daily", recipients: ["a@mail.test"], format: "csv" };
  const { id } = await (await form.call("POST", "/api/v2/reports/schedules", body)).json<{ id: string }>();
  const watched = watch();
  const ctx = testContext({ db: openDatabase(watched.db) });
  const own = asSystem(ctx, form.workspaceId);
  await runDueSchedules(ctx);
  await settleRecipients(ctx);
  await listSchedules(own, { limit: 10 });
  await listSchedules(own, { limit: 10, formId: form.formId });
  await listDeliveries(own, { scheduleId: id, limit: 10 });
  await listSuppressions(own, { limit: 10 });
  expect(watched.statements()).toBeGreaterThan(5);
  expect((await watched.scans()).filter((scan) => !scan.startsWith("SCAN json_each") && !scan.startsWith("SCAN e "))).toEqual([]);
});
