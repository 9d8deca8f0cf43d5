import { expect, test } from "vitest";
import { createForm, problemOf } from "./support";

async function codes(replies: Response[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const reply of replies) {
    const name = reply.status === 201 ? "accepted" : `${reply.status} ${(await problemOf(reply)).code}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

test.each([1, 4])("of 1,000 at once for 100 places exactly 100 are let in (ledgers: %i)", async (shards) => {
  const form = await createForm({ quota: { limit: 100 }, shards });
  const replies = await Promise.all(Array.from({ length: 1_000 }, (_, i) => form.submit({ name: `n${i}` })));
  expect(await codes(replies)).toEqual({ accepted: 100, "409 quota_reached": 900 });
  expect((await form.list("?limit=1000")).responses).toHaveLength(100);
});

test("each segment has its own places, also in a list of values", async () => {
  const form = await createForm({
    quotas: [
      { field: "department", value: "IT", limit: 2 },
      { field: "tags", value: "a", limit: 1 },
    ],
  });
  const replies = await Promise.all([
    ...[1, 2, 3].map(() => form.submit({ name: "x", department: "IT" })),
    ...[1, 2, 3].map(() => form.submit({ name: "x", department: "HR" })),
    ...[1, 2].map(() => form.submit({ name: "x", tags: ["b", "a"] })),
  ]);
  expect(await codes(replies)).toEqual({ accepted: 6, "409 quota_reached": 2 });
});

test("a deleted response gives its place back, and a restore needs a free one", async () => {
  const form = await createForm({ quota: { limit: 1 } });
  const first = await form.accepted({ name: "Ada" });
  expect((await form.submit({ name: "Grace" })).status).toBe(409);
  const path = `/api/v1/forms/${form.formId}/responses/${first.id}`;
  expect((await form.call("DELETE", path)).status).toBe(204);
  await form.accepted({ name: "Grace" });
  const restored = await form.call("POST", `${path}/restore`);
  expect(restored.status).toBe(409);
  expect((await problemOf(restored)).code).toBe("quota_reached");
});

test("a place held for somebody still filling in is theirs", async () => {
  const form = await createForm({ quota: { limit: 1 } });
  const started = await form.call("POST", `/api/v1/forms/${form.formId}/starts`, {}, { key: null });
  expect(started.status).toBe(201);
  const { start_token } = await started.json<{ start_token: string; place_held_until: string }>();
  expect((await form.submit({ name: "Late" })).status).toBe(409);
  await form.accepted({ name: "First" }, { body: { start_token } });
});

test("one answer a person, by field whatever its spelling, and free again once deleted", async () => {
  const form = await createForm({ duplicates: { by: "field:email" } });
  const first = await form.accepted({ name: "Ada", email: "ada@example.com" });
  const again = await form.submit({ name: "Ada", email: "ADA@Example.com" });
  expect(again.status).toBe(409);
  expect((await problemOf(again)).code).toBe("duplicate");
  await form.accepted({ name: "No address" });
  await form.call("DELETE", `/api/v1/forms/${form.formId}/responses/${first.id}`);
  await form.accepted({ name: "Ada", email: "ada@example.com" });
});

test("one answer an address", async () => {
  const form = await createForm({ duplicates: { by: "ip" } });
  const from = (ip: string) => ({ headers: { "CF-Connecting-IP": ip } });
  await form.accepted({ name: "Ada" }, from("192.0.2.1"));
  expect((await form.submit({ name: "Ada" }, from("192.0.2.1"))).status).toBe(409);
  await form.accepted({ name: "Grace" }, from("192.0.2.2"));
});

test("the ledger's own clock opens and closes the form", async () => {
  const early = await createForm({ opens_at: "2099-01-01T00:00:00Z" });
  const late = await createForm({ closes_at: "2020-01-01T00:00:00Z" });
  expect(await codes([await early.submit({ name: "Ada" }), await late.submit({ name: "Ada" })])).toEqual({
    "410 not_open": 1,
    "410 form_closed": 1,
  });
});
