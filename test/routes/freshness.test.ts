// What the cache promises, seen from outside: after a publish has returned, nobody here is shown what was before it.
import { SELF } from "cloudflare:test";
import { expect, test } from "vitest";
import { createWorld, ORIGIN } from "../support/world";

const schema = (label: string) => ({ fields: [{ name: "score", type: "nps", label }] });

test("no read that begins after a publish has returned sees an older version, however many are reading", async () => {
  const world = await createWorld();
  const form: { id: string; slug: string } = await (
    await world.call("POST", "/api/v1/forms", { title: "Freshness", schema: schema("v1") })
  ).json();
  const publish = async () => {
    const reply = await world.call("POST", `/api/v1/forms/${form.id}/publish`);
    expect(reply.status, await reply.clone().text()).toBe(200);
    return ((await reply.json()) as { version: number }).version;
  };
  const read = async () => {
    const reply = await SELF.fetch(`${ORIGIN}/api/v1/forms/${form.slug}/public`);
    expect(reply.status).toBe(200);
    return ((await reply.json()) as { version: number }).version;
  };
  const manyReads = () => Array.from({ length: 8 }, read);
  await publish();
  for (let round = 2; round <= 12; round++) {
    await world.call("PATCH", `/api/v1/forms/${form.id}`, { schema: schema(`v${round}`) });
    const meanwhile = manyReads();
    const published = publish();
    meanwhile.push(...manyReads());
    await published;
    expect(await Promise.all(manyReads())).toEqual(Array(8).fill(round));
    // While it is being published either is right.
    for (const version of await Promise.all(meanwhile)) expect([round - 1, round]).toContain(version);
  }
});

test("a published form is a hit the second time, and a 304 for whoever holds it until the next publish", async () => {
  const world = await createWorld();
  const form: { id: string } = await (await world.call("POST", "/api/v1/forms", { title: "Cached", schema: schema("v1") })).json();
  await world.call("POST", `/api/v1/forms/${form.id}/publish`);
  const read = (headers: Record<string, string> = {}) => SELF.fetch(`${ORIGIN}/api/v1/forms/${form.id}/public`, { headers });
  const first = await read();
  await first.text();
  const second = await read();
  const body = await second.text();
  expect(second.headers.get("X-Cache")).toBe("HIT-L1");
  expect(JSON.parse(body)).toMatchObject({ id: form.id, version: 1 });
  const etag = second.headers.get("ETag") ?? "";
  const held = await read({ "If-None-Match": etag });
  expect([held.status, await held.text()]).toEqual([304, ""]);
  await world.call("PATCH", `/api/v1/forms/${form.id}`, { schema: schema("v2") });
  await world.call("POST", `/api/v1/forms/${form.id}/publish`);
  const changed = await read({ "If-None-Match": etag });
  expect(changed.status).toBe(200);
  expect(await changed.text()).toContain("v2");
});
