import { expect, test } from "vitest";
import { createForm, problemOf } from "./support";

test("a repeat under the same key gets the first reply and counts once", async () => {
  const form = await createForm();
  const options = { headers: { "Idempotency-Key": "key-1" } };
  const first = await form.submit({ name: "Ada" }, options);
  const again = await form.submit({ name: "Ada" }, options);
  expect(first.headers.get("Idempotency-Replayed")).toBeNull();
  expect(again.status).toBe(201);
  expect(again.headers.get("Idempotency-Replayed")).toBe("true");
  expect(await again.json()).toEqual(await first.json());
  expect((await form.list()).responses).toHaveLength(1);
});

test("the same key at the same moment is taken once", async () => {
  const form = await createForm();
  const replies = await Promise.all(
    Array.from({ length: 20 }, () => form.accepted({ name: "Ada" }, { headers: { "Idempotency-Key": "k" } })),
  );
  expect(new Set(replies.map(({ id }) => id)).size).toBe(1);
  expect((await form.list()).responses).toHaveLength(1);
});

test("the same key with another body is a conflict", async () => {
  const form = await createForm();
  await form.accepted({ name: "Ada" }, { headers: { "Idempotency-Key": "k" } });
  const reply = await form.submit({ name: "Grace" }, { headers: { "Idempotency-Key": "k" } });
  expect(reply.status).toBe(409);
  expect((await problemOf(reply)).code).toBe("idempotency_key_reused");
  expect((await form.list()).responses).toHaveLength(1);
});

test("a repeat is owed its first reply even after the form was closed and the answer edited", async () => {
  const form = await createForm();
  const options = { headers: { "Idempotency-Key": "k" } };
  const first = await form.accepted({ name: "Ada" }, options);
  const edited = await form.call("PATCH", `/api/v1/forms/${form.formId}/responses/${first.id}`, { data: { name: "Countess" } });
  expect(edited.status).toBe(200);
  await form.call("POST", `/api/v1/forms/${form.formId}/close`);
  expect((await form.submit({ name: "Ada" })).status).toBe(410);
  expect(await form.accepted({ name: "Ada" }, options)).toEqual(first);
});

test("keys belong to their form", async () => {
  const [one, two] = [await createForm(), await createForm()];
  const options = { headers: { "Idempotency-Key": "k" } };
  const [a, b] = [await one.accepted({ name: "Ada" }, options), await two.accepted({ name: "Ada" }, options)];
  expect(a.id).not.toBe(b.id);
});
