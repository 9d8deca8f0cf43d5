import { expect, test } from "vitest";
import { createWorld } from "../support/world";
import { createForm, problemOf } from "./support";

test("only pages of the allowed origins, and programs with a key, may submit", async () => {
  const form = await createForm({ allowed_origins: ["https://example.com"] });
  await form.accepted({ name: "Ada" }, { headers: { Origin: "https://example.com" } });
  for (const [name, value] of [
    ["Origin", "https://evil.example"],
    ["X-Nothing", "at all"],
  ] as const) {
    const reply = await form.submit({ name: "Eve" }, { headers: { [name]: value } });
    expect([reply.status, (await problemOf(reply)).code]).toEqual([403, "origin_not_allowed"]);
  }
  const key = await form.makeKey(["submit"]);
  await form.accepted({ name: "Program" }, { key });
});

test("the field no person sees must stay empty", async () => {
  const form = await createForm({ honeypot: true });
  const reply = await form.submit({ name: "Bot" }, { body: { trap: "https://spam.example" } });
  expect([reply.status, (await problemOf(reply)).code]).toEqual([422, "spam"]);
  await form.accepted({ name: "Person" }, { body: { trap: "" } });
});

test("faster than a person", async () => {
  const form = await createForm({ min_fill_seconds: 3 });
  const { start_token } = await (await form.call("POST", `/api/v1/forms/${form.formId}/starts`, undefined, { key: null })).json<{
    start_token: string;
  }>();
  const before = new Date(Date.now() - 10_000).toISOString();
  for (const body of [{}, { start_token }, { start_token, started_at: before }]) {
    const reply = await form.submit({ name: "Bot" }, { body });
    expect([reply.status, (await problemOf(reply)).code]).toEqual([422, "too_fast"]);
  }
  await form.accepted({ name: "Person" }, { body: { started_at: before } });
});

test("a key submits in its own workspace, and only with that scope", async () => {
  const form = await createForm();
  expect((await form.submit({ name: "x" }, { key: await form.makeKey(["read", "write"]) })).status).toBe(403);
  const stranger = await createWorld();
  expect((await form.submit({ name: "x" }, { key: await stranger.makeKey(["submit"]) })).status).toBe(404);
  expect((await form.list()).responses).toEqual([]);
});

test("a draft is not there, a closed form is gone", async () => {
  const form = await createForm();
  const draft = await form.call("POST", "/api/v1/forms", { title: "Draft", schema: { fields: [] } });
  const { id } = await draft.json<{ id: string }>();
  expect((await form.call("POST", `/api/v1/forms/${id}/responses`, { data: {} }, { key: null })).status).toBe(404);
  await form.call("POST", `/api/v1/forms/${form.formId}/close`);
  expect((await form.submit({ name: "x" })).status).toBe(410);
});

const RAW: [string, string, number, string | null][] = [
  ["not JSON", "{", 400, "not_json"],
  ["prototype name", '{"data":{"name":"x","__proto__":{"a":1}}}', 422, "unknown_field"],
  ["constructor", '{"data":{"name":"x","constructor":1}}', 422, "unknown_field"],
  ["unknown member", '{"data":{"name":"x"},"admin":true}', 422, null],
  ["answers as a list", '{"data":[]}', 422, null],
  ["no answers", "{}", 422, null],
  ["wrong type", '{"data":{"name":{"a":1}}}', 422, null],
  ["10,000 items", `{"data":{"name":"x","tags":[${Array.from({ length: 10_000 }, () => '"a"').join()}]}}`, 422, null],
  ["deep nesting", `{"data":{"name":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`, 422, null],
  ["NUL", '{"data":{"name":"a\\u0000b"}}', 422, null],
  ["lone surrogate", '{"data":{"name":"\\ud800"}}', 422, null],
  ["beyond 2^53", '{"data":{"name":"x","score":9007199254740993}}', 422, null],
  ["infinite", '{"data":{"name":"x","score":1e999}}', 422, null],
  ["too large", `{"data":{"name":"${"x".repeat(1024 * 1024)}"}}`, 413, "too_large"],
];

test.for(RAW)("refused whole: %s", async ([, body, status, code]) => {
  const form = await createForm();
  const reply = await form.call("POST", `/api/v1/forms/${form.formId}/responses`, body, {
    key: null,
    headers: { "Content-Type": "application/json", "Idempotency-Key": "k" },
  });
  expect(reply.status).toBe(status);
  if (code !== null) expect((await problemOf(reply)).code).toBe(code);
  expect((await form.list()).responses).toEqual([]);
});
