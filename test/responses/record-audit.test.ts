import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { recordAudit } from "../../src/responses";
import { asSystem } from "../../src/shared/context";
import { newId } from "../../src/shared/ids";
import { testContext } from "../support/context";
import { told } from "../support/told";

test("what a settle in another store hands on is in the log once, however often it is told", async () => {
  const workspaceId = newId("workspace");
  const entry = (action: string, at: number) => ({
    ...{ id: newId("audit", at), actorKind: "key" as const, actorId: "key_1", ip: "192.0.2.1", userAgent: null },
    ...{ action, targetId: "rsp_1", details: { form_id: "frm_1", seq: at }, correlationId: "req_1", at },
  });
  const audit = [entry("response.updated", 1), entry("response.deleted", 2)];
  const range = told({ formId: "frm_1", workspaceId, toSeq: 2, audit });
  const ctx = asSystem(testContext(), workspaceId);
  await recordAudit(ctx, { ...range, audit: audit.slice(0, 1) });
  await recordAudit(ctx, range);
  await recordAudit(ctx, range);
  const { results } = await env.DB.prepare("SELECT * FROM audit_log WHERE workspace_id = ? ORDER BY at").bind(workspaceId).all();
  expect(results).toMatchObject([
    { id: audit[0]?.id, actor_kind: "key", action: "response.updated", target_kind: "response", target_id: "rsp_1", ip: "192.0.2.1" },
    { id: audit[1]?.id, action: "response.deleted", user_agent: null, correlation_id: "req_1", details: '{"form_id":"frm_1","seq":2}' },
  ]);
});

test("a range with nothing to record asks nothing of the log", async () => {
  const whole = asSystem(testContext(), "ws_1");
  const ctx = { ...whole, env: { ...whole.env, DB: undefined as unknown as D1Database } };
  await expect(recordAudit(ctx, told({ formId: "frm_1", workspaceId: "ws_1", toSeq: 1 }))).resolves.toBeUndefined();
});
