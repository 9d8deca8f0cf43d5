import { SELF } from "cloudflare:test";
import { expect, test } from "vitest";
import { ORIGIN } from "../support/world";

test("ready asks every binding and answers 200 while only the browser may be missing", async () => {
  const reply = await SELF.fetch(`${ORIGIN}/health/ready`);
  const body: { status: string; checks: Record<string, { status: string; latency_ms: number }> } = await reply.json();
  expect(reply.status, JSON.stringify(body)).toBe(200);
  expect(Object.keys(body.checks).sort()).toEqual(["browser", "d1", "kv", "ledger", "queue", "r2"]);
  for (const name of ["d1", "kv", "ledger", "queue", "r2"]) expect(body.checks[name]?.status, name).toBe("ok");
  expect(body.status).toBe(body.checks.browser?.status === "ok" ? "ok" : "degraded");
});
