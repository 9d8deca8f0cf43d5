import { SELF } from "cloudflare:test";
import { expect, test } from "vitest";
import { ORIGIN } from "../support/world";

const PUBLIC = `${ORIGIN}/api/v1/forms/no-such-form/public`;

test("a public route may be read from any page, failures included, and without credentials", async () => {
  const reply = await SELF.fetch(PUBLIC, { headers: { Origin: "https://elsewhere.test" } });
  expect(reply.status).toBe(404);
  expect(reply.headers.get("Access-Control-Allow-Origin")).toBe("*");
  expect(reply.headers.get("Access-Control-Expose-Headers")).toContain("X-Cache");
  expect(reply.headers.get("Access-Control-Allow-Credentials")).toBeNull();
});

test("a preflight says what may be sent", async () => {
  const headers = { Origin: "https://elsewhere.test", "Access-Control-Request-Method": "GET" };
  const reply = await SELF.fetch(PUBLIC, { method: "OPTIONS", headers });
  expect(reply.status).toBe(204);
  expect(reply.headers.get("Access-Control-Allow-Origin")).toBe("*");
  expect(reply.headers.get("Access-Control-Allow-Methods")).toBe("GET,POST,PUT,DELETE,OPTIONS");
  expect(reply.headers.get("Access-Control-Allow-Headers")).toContain("Idempotency-Key");
});

test("no other route answers another origin", async () => {
  const reply = await SELF.fetch(`${ORIGIN}/api/v1/forms`, { headers: { Origin: "https://elsewhere.test" } });
  expect(reply.headers.get("Access-Control-Allow-Origin")).toBeNull();
});
