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

test("a page may send an answer; who is no page is told nothing of pages", async () => {
  const submit = (headers: Record<string, string>) =>
    SELF.fetch(`${ORIGIN}/api/v1/forms/no-such-form/responses`, {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: '{"data":{}}',
    });
  expect((await submit({ Origin: "https://elsewhere.test" })).headers.get("Access-Control-Allow-Origin")).toBe("*");
  expect((await submit({})).headers.get("Access-Control-Allow-Origin")).toBeNull();
  // A cache may hand this very reply to a page.
  expect((await SELF.fetch(PUBLIC)).headers.get("Access-Control-Allow-Origin")).toBe("*");
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
