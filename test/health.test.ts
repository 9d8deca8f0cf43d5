import { SELF } from "cloudflare:test";
import { expect, test } from "vitest";

test("live answers with security headers and the caller's request id", async () => {
  const reply = await SELF.fetch("https://headwater.test/health/live", { headers: { "X-Request-Id": "caller-chosen-1" } });
  expect(reply.status).toBe(200);
  expect(reply.headers.get("X-Request-Id")).toBe("caller-chosen-1");
  expect(reply.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
});
