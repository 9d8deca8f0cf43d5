import { env, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { ledgerName, ledgerOf } from "../../src/responses";
import { createForm, problemOf } from "./support";

const totals = (formId: string) => ledgerOf(env, formId, 0).totals();

test("a partial response is continued under its token and counts as one start", async () => {
  const form = await createForm();
  const saved = await form.accepted({ department: "IT" }, { body: { status: "partial" } });
  expect(saved).toMatchObject({ status: "partial", data: { department: "IT" } });
  expect(saved.resume_token).toMatch(/^\S{20,}$/);
  expect(await totals(form.formId)).toMatchObject({ complete: 0, partial: 1, starts: 1 });

  const again = await form.accepted({ score: 2 }, { body: { status: "partial", resume_token: saved.resume_token } });
  expect(again).toMatchObject({ id: saved.id, data: { department: "IT", score: 2 } });
  const done = await form.accepted({ name: "Ada", department: null }, { body: { resume_token: saved.resume_token } });
  expect(done).toMatchObject({ id: saved.id, status: "complete", data: { name: "Ada", score: 2 } });
  expect(done.resume_token).toBeUndefined();
  expect(await totals(form.formId)).toMatchObject({ complete: 1, partial: 0, starts: 1 });
  expect((await form.list()).responses.map(({ id, status }) => [id, status])).toEqual([[saved.id, "complete"]]);

  const late = await form.submit({ name: "Ada" }, { body: { resume_token: saved.resume_token } });
  expect([late.status, (await problemOf(late)).code]).toEqual([409, "already_complete"]);
});

test("a wrong token is told nothing, and the token itself is nowhere in the ledger", async () => {
  const form = await createForm();
  const saved = await form.accepted({ name: "Ada" }, { body: { status: "partial" } });
  const [id, shard] = (saved.resume_token ?? "").split(".");
  for (const token of [`${id}.${shard}.${"0".repeat(32)}`, `${id}`, "..", `rsp_0.0.x`, `${id}.99.x`]) {
    const reply = await form.submit({ name: "Eve" }, { body: { resume_token: token } });
    expect([reply.status, (await problemOf(reply)).code]).toEqual([422, "unknown_resume_token"]);
  }
});

test("two devices saving the same partial response lose nothing", async () => {
  const form = await createForm();
  const { resume_token } = await form.accepted({ name: "Ada" }, { body: { status: "partial" } });
  const body = { status: "partial", resume_token };
  await Promise.all([
    form.accepted({ score: 1 }, { body }),
    form.accepted({ department: "IT" }, { body }),
    form.accepted({ agree: true }, { body }),
  ]);
  const [row] = (await form.list()).responses;
  expect(row?.data).toEqual({ name: "Ada", score: 1, department: "IT", agree: true });
});

test("completing under an idempotency key can be repeated", async () => {
  const form = await createForm();
  const { resume_token } = await form.accepted({ name: "Ada" }, { body: { status: "partial" } });
  const options = { body: { resume_token }, headers: { "Idempotency-Key": "done" } };
  const first = await form.accepted({}, options);
  expect(await form.accepted({}, options)).toEqual(first);
  expect(await totals(form.formId)).toMatchObject({ complete: 1, starts: 1 });
});

test("a repeat of a save is told the token of the first reply, unless its key could be guessed", async () => {
  const form = await createForm();
  const save = (key: string, body = {}) =>
    form.accepted({ name: "Ada" }, { body: { status: "partial", ...body }, headers: { "Idempotency-Key": key } });
  const [first, again] = [await save("3f9a2c71-first-save"), await save("3f9a2c71-first-save")];
  expect(again).toEqual(first);
  const next = await form.accepted({ score: 2 }, { body: { status: "partial", resume_token: again.resume_token } });
  expect(next).toMatchObject({ id: first.id, data: { name: "Ada", score: 2 } });
  // A later save is repeated with the token it came with.
  const resumed = { resume_token: first.resume_token };
  expect(await save("3f9a2c71-second-save", resumed)).toEqual(await save("3f9a2c71-second-save", resumed));
  const guessable = await save("1");
  expect(guessable.resume_token).toBeDefined();
  expect((await save("1")).resume_token).toBeUndefined();
});

test("a repeat is told no token of what is over", async () => {
  const form = await createForm();
  const options = { body: { status: "partial" }, headers: { "Idempotency-Key": "8d1e-begun-and-erased" } };
  const { id, resume_token } = await form.accepted({ name: "Ada" }, options);
  expect((await form.call("POST", `/api/v1/forms/${form.formId}/responses/${id}/erase`)).status).toBe(204);
  expect((await form.accepted({ name: "Ada" }, options)).resume_token).toBeUndefined();
  const late = await form.submit({ score: 1 }, { body: { resume_token } });
  expect([late.status, (await problemOf(late)).code]).toEqual([422, "unknown_resume_token"]);
});

test("a token ends with its thirty days, whether or not anybody has swept", async () => {
  const form = await createForm();
  const { resume_token } = await form.accepted({ name: "Ada" }, { body: { status: "partial" } });
  await runInDurableObject(env.LEDGER.getByName(ledgerName(form.formId, 0)), (_ledger, state) => {
    state.storage.sql.exec("UPDATE partials SET expires_at = ?", Date.now() - 1);
  });
  const late = await form.submit({ score: 1 }, { body: { resume_token } });
  expect([late.status, (await problemOf(late)).code]).toEqual([422, "unknown_resume_token"]);
});

test("time to complete is measured from the start, believed only from our own token or when plausible", async () => {
  const form = await createForm();
  const minuteAgo = new Date(Date.now() - 60_000).toISOString();
  await form.accepted({ name: "Ada" }, { body: { started_at: minuteAgo } });
  await form.accepted({ name: "Future" }, { body: { started_at: new Date(Date.now() + 60_000).toISOString() } });
  await form.accepted({ name: "Ancient" }, { body: { started_at: "2001-01-01T00:00:00Z" } });
  const { timed, durationMs, complete } = await totals(form.formId);
  expect([complete, timed]).toEqual([3, 1]);
  expect(durationMs).toBeGreaterThanOrEqual(60_000);
  expect(durationMs).toBeLessThan(70_000);
});

test("a start by itself is a start; the response that follows brings no second one", async () => {
  const form = await createForm();
  const begin = async () =>
    (await form.call("POST", `/api/v1/forms/${form.formId}/starts`, undefined, { key: null })).json<{ start_token: string }>();
  const [{ start_token }] = [await begin(), await begin()];
  expect(await totals(form.formId)).toMatchObject({ starts: 2, complete: 0 });
  await form.accepted({ name: "Ada" }, { body: { start_token } });
  expect(await totals(form.formId)).toMatchObject({ starts: 2, complete: 1 });
  // Used once already: whoever sends it again has started anew.
  await form.accepted({ name: "Eve" }, { body: { start_token } });
  await form.accepted({ name: "Eve" }, { body: { start_token: "made.up.token" } });
  expect(await totals(form.formId)).toMatchObject({ starts: 4, complete: 3 });
});

test("views are counted", async () => {
  const form = await createForm();
  const replies = await Promise.all([1, 2, 3].map(() => form.call("POST", `/api/v1/forms/${form.formId}/views`, undefined, { key: null })));
  expect(replies.map(({ status }) => status)).toEqual([204, 204, 204]);
  await expect.poll(async () => (await totals(form.formId)).views).toBe(3);
});
