// One form whose settles the real store refuses, beside one that is well.
import { afterEach, expect, test, vi } from "vitest";
import { parseExposition } from "../support/exposition";
import { breakStore, cleanStore, mendStore, poisonStore } from "../support/store-trouble";
import { createForm, type FormWorld } from "./support";

const broken = new Set<string>();

afterEach(async () => {
  for (const formId of broken) await mendStore(formId);
  broken.clear();
});

const ready = async (world: FormWorld) =>
  (await world.call("GET", "/health/ready")).json<{ status: string; checks: { ledger: { status: string; detail?: string } } }>();

async function settles(world: FormWorld, outcome: string): Promise<number> {
  const families = parseExposition(await (await world.call("GET", "/metrics")).text());
  const samples = families.find(({ name }) => name === "headwater_ledger_settles_total")?.samples ?? [];
  return samples.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
}

test("the store refuses one form: it is still taken and counted, reads say that they are stale, others flow, and operators are told", async () => {
  const [ill, well] = [await createForm(), await createForm()];
  await ill.accepted({ name: "Before" });
  expect(await (await ill.call("GET", `/api/v1/forms/${ill.formId}/responses`)).json()).toMatchObject({ responses: [{ seq: 1 }] });
  const failedBefore = await settles(ill, "failed");
  await breakStore(ill.formId);
  broken.add(ill.formId);

  const taken = await ill.accepted({ name: "During" }, { headers: { "Idempotency-Key": "during" } });
  expect(taken.seq).toBe(2);
  const stale = await ill.call("GET", `/api/v1/forms/${ill.formId}/responses`);
  expect([stale.status, stale.headers.get("X-Stale")]).toEqual([200, "true"]);
  expect(await (await ill.call("GET", `/api/v2/analytics/forms/${ill.formId}/metrics`)).json()).toMatchObject({ total_responses: 2 });
  expect((await ill.submit({ name: "During" }, { headers: { "Idempotency-Key": "during" } })).headers.get("Idempotency-Replayed")).toBe(
    "true",
  );
  expect((await ill.call("PATCH", `/api/v1/forms/${ill.formId}/responses/${taken.id}`, { data: { name: "No" } })).status).toBe(503);

  await well.accepted({ name: "Elsewhere" });
  const fresh = await well.call("GET", `/api/v1/forms/${well.formId}/responses`);
  expect(fresh.headers.get("X-Stale")).toBeNull();
  expect(await fresh.json()).toMatchObject({ responses: [{ data: { name: "Elsewhere" } }] });

  await vi.waitFor(async () => expect((await ready(ill)).checks.ledger.status).toBe("degraded"), { timeout: 10_000, interval: 200 });
  expect(await ready(ill)).toMatchObject({
    status: "degraded",
    checks: { ledger: { detail: expect.stringContaining("cannot settle: 1") } },
  });
  expect(await settles(ill, "failed")).toBeGreaterThan(failedBefore + 1);

  await mendStore(ill.formId);
  broken.delete(ill.formId);
  await vi.waitFor(
    async () => {
      const reply = await ill.call("GET", `/api/v1/forms/${ill.formId}/responses`);
      expect(reply.headers.get("X-Stale")).toBeNull();
      expect((await reply.json<{ responses: unknown[] }>()).responses).toHaveLength(2);
    },
    { timeout: 20_000, interval: 200 },
  );
  await vi.waitFor(async () => expect((await ready(ill)).checks.ledger.status).toBe("ok"), { timeout: 10_000, interval: 200 });
  expect(await (await ill.call("POST", `/api/v1/forms/${ill.formId}/verify`)).json()).toMatchObject({ ok: true, entries: 2 });
}, 60_000);

test.each([1, 3])(
  "what only a ledger has yet is not said to be unknown (ledgers: %i)",
  async (shards) => {
    const form = await createForm({ shards });
    await breakStore(form.formId);
    broken.add(form.formId);
    const taken = await form.accepted({ name: "During" });
    const path = `/api/v1/forms/${form.formId}/responses/${taken.id}`;
    const asked = [
      ["GET", path],
      ["GET", `${path}/history`],
      ["PATCH", path, { data: { name: "No" } }],
      ["DELETE", path],
      ["POST", `${path}/erase`],
    ] as const;
    for (const [method, of, body] of asked) expect([method, (await form.call(method, of, body)).status]).toEqual([method, 503]);
    await mendStore(form.formId);
    broken.delete(form.formId);
    await vi.waitFor(async () => expect((await form.call("GET", path)).status).toBe(200), { timeout: 20_000, interval: 200 });
    expect((await form.call("GET", `/api/v1/forms/${form.formId}/responses/rsp_01jd3x0000abcdefghjkmnpqrs/history`)).status).toBe(404);
  },
  60_000,
);

test("one answer that the store refuses by itself is set aside, and those around it arrive", async () => {
  const world = await createForm();
  await poisonStore(world.formId);
  const before = await settles(world, "set_aside");
  for (const name of ["Ada", "Poison", "Grace"]) await world.accepted({ name });
  const listed = async () => {
    const reply = await world.call("GET", `/api/v1/forms/${world.formId}/responses?sort=submitted_at`);
    expect(reply.headers.get("X-Stale")).toBeNull();
    return (await reply.json<{ responses: { seq: number; data: { name?: string } }[] }>()).responses;
  };
  await vi.waitFor(
    async () =>
      expect((await listed()).map(({ seq, data }) => [seq, data.name])).toEqual([
        [1, "Ada"],
        [2, undefined],
        [3, "Grace"],
      ]),
    {
      timeout: 20_000,
      interval: 200,
    },
  );
  expect((await settles(world, "set_aside")) - before).toBe(1);
  await cleanStore(world.formId);
  await world.accepted({ name: "After" });
  expect(await listed()).toHaveLength(4);
}, 60_000);
