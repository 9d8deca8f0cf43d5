import { env, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { ledgerOf } from "../../src/responses";
import { openPrimaryStore } from "../../src/store";
import { createForm, type FormWorld } from "./support";

interface Verification {
  ok: boolean;
  entries: number;
  responses: number;
  drift: { where: string; what: string }[];
}

async function verify(form: FormWorld): Promise<Verification> {
  const reply = await form.call("POST", `/api/v1/forms/${form.formId}/verify`);
  expect(reply.status, await reply.clone().text()).toBe(200);
  return reply.json();
}

async function rebuild(form: FormWorld) {
  const reply = await form.call("POST", `/api/v1/forms/${form.formId}/rebuild`);
  expect(reply.status, await reply.clone().text()).toBe(200);
  return reply.json();
}

/** A form with a bit of everything in it. */
async function busyForm(): Promise<FormWorld> {
  const form = await createForm();
  const path = `/api/v1/forms/${form.formId}/responses`;
  const begun = await form.call("POST", `/api/v1/forms/${form.formId}/starts`, undefined, { key: null });
  const { start_token } = await begun.json<{ start_token: string }>();
  await form.call("POST", `/api/v1/forms/${form.formId}/starts`, undefined, { key: null });
  const ids = [];
  for (let i = 0; i < 6; i++) {
    const data = { name: `n${i}`, department: i % 2 === 0 ? "IT" : "HR", score: i * 0.1, tags: ["a", "b"].slice(0, i % 3) };
    ids.push(
      (await form.accepted(data, { body: i === 0 ? { start_token } : { started_at: new Date(Date.now() - 5_000).toISOString() } })).id,
    );
  }
  const partial = await form.accepted({ name: "half" }, { body: { status: "partial" } });
  await form.accepted({ name: "other half" }, { body: { status: "partial" } });
  await form.accepted({ score: 7 }, { body: { resume_token: partial.resume_token } });
  await form.list();
  await form.call("PATCH", `${path}/${ids[0]}`, { data: { department: "Sales", score: 9 } });
  await form.call("DELETE", `${path}/${ids[1]}`);
  await form.call("DELETE", `${path}/${ids[2]}`);
  await form.call("POST", `${path}/${ids[2]}/restore`);
  await form.call("POST", `${path}/${ids[3]}/erase`);
  await form.list();
  return form;
}

async function rollups(form: FormWorld) {
  const rows = (await openPrimaryStore(env).rollups(form.formId)).map(({ day, field, value, count, sum }) => [
    day,
    field,
    value,
    count,
    sum.toFixed(6),
  ]);
  return rows.map((row) => row.join(" ")).sort();
}

test("what was accepted, stored and counted is the same", async () => {
  const form = await busyForm();
  expect(await verify(form)).toMatchObject({ ok: true, drift: [], responses: 8, entries: 14 });
});

test("a rebuild comes out the same, and repairs what was broken", async () => {
  const form = await busyForm();
  const ledger = ledgerOf(env, form.formId, 0);
  const [totals, days] = [await ledger.totals(), await rollups(form)];
  await rebuild(form);
  expect(await rollups(form)).toEqual(days);
  expect(await ledger.totals()).toEqual(totals);

  const store = openPrimaryStore(env);
  const wrong = (await store.rollups(form.formId))
    .filter(({ field }) => field !== "tags")
    .map((row) => (row.field === "department" ? { ...row, count: row.count + 5 } : row));
  expect(await store.replaceRollups(form.formId, await store.marks(form.formId), wrong)).toBe(true);
  const broken = await verify(form);
  expect(broken.ok).toBe(false);
  expect(new Set(broken.drift.map(({ where }) => where))).toEqual(new Set(["rollups"]));
  expect(await rebuild(form)).toEqual({ form_id: form.formId, responses: 8 });
  expect(await rollups(form)).toEqual(days);
  expect(await verify(form)).toMatchObject({ ok: true });
  const audit = await env.DB.prepare("SELECT count(*) AS n FROM audit_log WHERE target_id = ? AND action = 'form.rebuilt'")
    .bind(form.formId)
    .first();
  expect(audit).toEqual({ n: 2 });
});

// Tampering needs the tables themselves, which are D1's here.
test.skipIf(env.HYPERDRIVE !== undefined)("an altered answer, a forged entry and a missing row are each found", async () => {
  const form = await busyForm();
  const where = async () => (await verify(form)).drift.map((drift) => drift.where);
  await env.DB.prepare('UPDATE responses SET data = jsonb(\'{"name":"forged"}\') WHERE form_id = ? AND seq = 5').bind(form.formId).run();
  expect(await where()).toContain("chain");
  await rebuild(form);
  expect(new Set(await where())).toEqual(new Set(["chain"]));
  await env.DB.prepare("DELETE FROM responses WHERE form_id = ? AND seq = 6").bind(form.formId).run();
  expect(await where()).toContain("rows");
});

test("counters that were broken on disk are found and repaired", async () => {
  const form = await busyForm();
  const stub = env.LEDGER.getByName(`${form.formId}:0`);
  const counted = await ledgerOf(env, form.formId, 0).countedAtSettled();
  await runInDurableObject(stub, (ledger) => {
    ledger.install({ ...counted, counts: counted.counts.filter(({ name }) => name !== "department\0IT") }, null);
  });
  expect((await verify(form)).drift.map(({ where, what }) => [where, what])).toEqual([["counters", "department = IT"]]);
  await rebuild(form);
  expect(await verify(form)).toMatchObject({ ok: true });
});

test("answers that arrive during a rebuild are neither lost nor counted twice", async () => {
  const form = await busyForm();
  const [, ...accepted] = await Promise.all([
    rebuild(form),
    ...Array.from({ length: 20 }, (_, i) => form.accepted({ name: `during ${i}`, department: "IT" })),
  ]);
  expect(accepted).toHaveLength(20);
  expect(await verify(form)).toMatchObject({ ok: true, responses: 28 });
});
