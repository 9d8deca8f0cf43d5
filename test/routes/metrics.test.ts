import { createExecutionContext, env, SELF, waitOnExecutionContext } from "cloudflare:test";
import { expect, test } from "vitest";
import { createApp } from "../../src/app";
import { type Family, parseExposition } from "../support/exposition";
import { createWorld, ORIGIN } from "../support/world";

const app = createApp();

async function askDirectly(url: string, environment: string): Promise<Response> {
  const context = createExecutionContext();
  const reply = await app.fetch(new Request(url), { ...env, ENVIRONMENT: environment } as Env, context);
  await waitOnExecutionContext(context);
  return reply;
}

const sampleOf = (families: Family[], name: string, labels: Record<string, string>) =>
  families
    .find((family) => family.name === name)
    ?.samples.find((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))?.value ?? 0;

test("shows what was asked a moment ago, by pattern, in the format of Prometheus", async () => {
  const world = await createWorld();
  const read = async () => {
    const reply = await world.call("GET", "/metrics");
    expect(reply.status).toBe(200);
    expect(reply.headers.get("Content-Type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(reply.headers.get("Cache-Control")).toBe("no-store");
    return parseExposition(await reply.text());
  };
  const flags = { route: "/api/v1/flags", method: "GET", status: "2xx" };
  const nothing = { route: "unmatched", method: "GET", status: "4xx" };
  const before = await read();
  await (await world.call("GET", "/api/v1/flags")).text();
  await (await world.call("GET", "/api/v1/flags")).text();
  await (await world.call("GET", `/no/such/place/${world.workspaceId}`)).text();
  const after = await read();
  const grown = (name: string, labels: Record<string, string>) => sampleOf(after, name, labels) - sampleOf(before, name, labels);
  expect(grown("headwater_http_requests_total", flags)).toBe(2);
  expect(grown("headwater_http_requests_total", nothing)).toBe(1);
  const durations = after.find(({ name }) => name === "headwater_http_request_duration_seconds")?.samples ?? [];
  const counted = durations.find(({ name, labels }) => name.endsWith("_count") && labels.route === flags.route && labels.status === "2xx");
  expect(counted?.value).toBe(sampleOf(after, "headwater_http_requests_total", flags));
  // Which layer answers depends on how long ago this isolate looked; that each read is counted does not.
  const summed = (name: string, each: Record<string, string>[]) => each.reduce((sum, labels) => sum + grown(name, labels), 0);
  const states = ["HIT-L1", "HIT-L2", "STALE", "MISS", "BYPASS"].map((state) => ({ state }));
  expect(summed("headwater_cache_results_total", states)).toBeGreaterThanOrEqual(2);
  const lookups = ["hit", "miss", "stale"].map((outcome) => ({ layer: "l1", outcome }));
  expect(summed("headwater_cache_lookups_total", lookups)).toBeGreaterThanOrEqual(2);
  expect(sampleOf(after, "headwater_build_info", { version: env.VERSION.id })).toBe(1);
  expect(JSON.stringify(after)).not.toContain(world.workspaceId);
});

test("needs a key of the scope metrics", async () => {
  const world = await createWorld();
  expect((await world.call("GET", "/metrics", undefined, { key: null })).status).toBe(401);
  expect((await world.call("GET", "/metrics", undefined, { key: await world.makeKey(["read", "write"]) })).status).toBe(403);
});

test("needs none on the developer's own machine, and only there", async () => {
  for (const host of ["localhost:8787", "127.0.0.1", "[::1]:8787"]) {
    expect((await askDirectly(`http://${host}/metrics`, "development")).status, host).toBe(200);
  }
  expect((await askDirectly(`${ORIGIN}/metrics`, "development")).status).toBe(401);
  expect((await askDirectly("http://localhost:8787/metrics", "production")).status).toBe(401);
  expect((await SELF.fetch("http://localhost.evil.test/metrics")).status).toBe(401);
});
