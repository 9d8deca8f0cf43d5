import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { openPrimaryStore } from "../../src/store";
import { createForm, problemOf } from "./support";

test("an accepted response is numbered, readable at once and settled into the store", async () => {
  const form = await createForm();
  const first = await form.accepted({ name: "Ada", department: "IT", score: 4 });
  const second = await form.accepted({ name: "Grace" });
  expect(first.id).toMatch(/^rsp_/);
  expect([first.seq, second.seq]).toEqual([1, 2]);
  expect(first.position).toBe("0:1");

  const one = await form.call("GET", `/api/v1/forms/${form.formId}/responses/${first.id}`);
  expect(one.status).toBe(200);
  expect(await one.json()).toMatchObject({ id: first.id, data: { name: "Ada", department: "IT", score: 4 }, status: "complete" });

  const { responses, next_cursor } = await form.list();
  expect(responses.map(({ id }) => id)).toEqual([second.id, first.id]);
  expect(next_cursor).toBeNull();

  const store = openPrimaryStore(env);
  expect(await store.marks(form.formId)).toMatchObject([{ shard: 0, seq: 2 }]);
  const rollups = (await store.rollups(form.formId))
    .filter(({ field }) => ["", "department", "score"].includes(field))
    .map(({ field, value, count, sum }) => ({ field, value, count, sum }))
    .sort((a, b) => (`${a.field} ${a.value}` < `${b.field} ${b.value}` ? -1 : 1));
  expect(rollups).toEqual([
    { field: "", value: "", count: 2, sum: 0 },
    { field: "department", value: "", count: 1, sum: 0 },
    { field: "department", value: "IT", count: 1, sum: 0 },
    { field: "score", value: "", count: 1, sum: 4 },
  ]);
});

test("an unknown field is refused by name and nothing is written", async () => {
  const form = await createForm();
  const reply = await form.submit({ name: "Ada", nmae: "typo" });
  expect(reply.status).toBe(422);
  expect(await problemOf(reply)).toMatchObject({ code: "unknown_field", errors: [{ path: "nmae", code: "unknown_field" }] });
  expect((await form.list()).responses).toEqual([]);
});

test("many at once each get their own number", async () => {
  const form = await createForm();
  const receipts = await Promise.all(Array.from({ length: 50 }, (_, i) => form.accepted({ name: `n${i}` })));
  expect(receipts.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  expect((await form.list()).responses).toHaveLength(50);
});
