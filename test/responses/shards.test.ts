import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { openPrimaryStore } from "../../src/store";
import { createForm, FIELDS, type FormWorld } from "./support";

async function publishAgain(form: FormWorld, settings: Record<string, unknown>) {
  const changed = await form.call("PATCH", `/api/v1/forms/${form.formId}`, { schema: { fields: FIELDS, settings } });
  expect(changed.status, await changed.clone().text()).toBe(200);
  expect((await form.call("POST", `/api/v1/forms/${form.formId}/publish`)).status).toBe(200);
}

async function total(form: FormWorld): Promise<number> {
  const reply = await form.call("GET", `/api/v2/analytics/forms/${form.formId}/metrics`);
  expect(reply.status, await reply.clone().text()).toBe(200);
  return (await reply.json<{ total_responses: number }>()).total_responses;
}

test("a spread form is one form: listed, counted, changed and proven as a whole", async () => {
  const form = await createForm({ shards: 4 });
  const receipts = await Promise.all(Array.from({ length: 40 }, (_, i) => form.accepted({ name: `n${i}`, department: "IT" })));
  const shards = new Set(receipts.map(({ position }) => position.split(":")[0]));
  expect(shards.size).toBeGreaterThan(1);
  expect(await total(form)).toBe(40);
  expect((await form.list("?limit=1000")).responses).toHaveLength(40);

  for (const { id, position } of receipts.slice(0, 6)) {
    const edited = await form.call("PATCH", `/api/v1/forms/${form.formId}/responses/${id}`, { data: { department: "HR" } });
    expect(edited.status, position).toBe(200);
  }
  const verified = await form.call("POST", `/api/v1/forms/${form.formId}/verify`);
  expect(await verified.json()).toMatchObject({ ok: true, responses: 40, entries: 46 });
  expect((await openPrimaryStore(env).marks(form.formId)).length).toBe(shards.size);
});

test("pages of a spread form neither repeat nor skip", async () => {
  const form = await createForm({ shards: 3 });
  for (let i = 0; i < 10; i++) await form.accepted({ name: `n${i}` });
  const seen: unknown[] = [];
  for (let cursor = ""; ; ) {
    const page = await form.list(`?limit=3&sort=submitted_at${cursor}`);
    seen.push(...page.responses.map(({ data }) => data.name));
    if (page.next_cursor === null) break;
    cursor = `&cursor=${page.next_cursor}`;
  }
  expect(seen.toSorted()).toEqual(Array.from({ length: 10 }, (_, i) => `n${i}`));
});

test("a repeat under a key finds its ledger", async () => {
  const form = await createForm({ shards: 8 });
  const options = { headers: { "Idempotency-Key": "once" } };
  const first = await form.accepted({ name: "Ada" }, options);
  expect(await form.accepted({ name: "Ada" }, options)).toEqual(first);
  expect(await total(form)).toBe(1);
});

test("a form drawn together again still shows and counts what its other ledgers hold", async () => {
  const form = await createForm({ shards: 4 });
  await Promise.all(Array.from({ length: 12 }, (_, i) => form.accepted({ name: `n${i}` })));
  await publishAgain(form, { shards: 1 });
  await form.accepted({ name: "after" });
  expect(await total(form)).toBe(13);
  expect((await form.list()).responses).toHaveLength(13);
});

test("a quota that comes after the spreading counts what is everywhere", async () => {
  const form = await createForm({ shards: 4 });
  await Promise.all(Array.from({ length: 12 }, (_, i) => form.accepted({ name: `n${i}`, department: "IT" })));
  await publishAgain(form, { shards: 4, quota: { limit: 15 }, quotas: [{ field: "department", value: "IT", limit: 13 }] });
  const replies = await Promise.all([
    ...Array.from({ length: 5 }, () => form.submit({ name: "x", department: "IT" })),
    ...Array.from({ length: 5 }, () => form.submit({ name: "x", department: "HR" })),
  ]);
  expect(replies.slice(0, 5).filter(({ status }) => status === 201)).toHaveLength(1);
  expect(replies.filter(({ status }) => status === 201)).toHaveLength(3);
  expect(await total(form)).toBe(15);
});
