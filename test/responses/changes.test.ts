import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { openPrimaryStore } from "../../src/store";
import { createWorld } from "../support/world";
import { createForm, type FormWorld, problemOf } from "./support";

interface EntryView {
  seq: number;
  kind: string;
  actor: string | null;
  data: Record<string, unknown> | null;
  erased: boolean;
  salt: string | null;
}

const pathOf = (form: FormWorld, id: string) => `/api/v1/forms/${form.formId}/responses/${id}`;

async function history(form: FormWorld, id: string): Promise<EntryView[]> {
  const reply = await form.call("GET", `${pathOf(form, id)}/history`);
  expect(reply.status).toBe(200);
  return (await reply.json<{ entries: EntryView[] }>()).entries;
}

async function rollup(form: FormWorld, field: string): Promise<Record<string, number>> {
  const rows = (await openPrimaryStore(env).rollups(form.formId)).filter((row) => row.field === field);
  return Object.fromEntries(rows.map(({ value, count }) => [value, count]));
}

test("an edit merges, is validated, moves the counts and keeps what was there before", async () => {
  const form = await createForm();
  const { id } = await form.accepted({ name: "Ada", department: "IT", score: 1 });
  await form.list();
  const edited = await form.call("PATCH", pathOf(form, id), { data: { department: "HR", score: null } });
  expect(edited.status, await edited.clone().text()).toBe(200);
  expect(await edited.json()).toMatchObject({ data: { name: "Ada", department: "HR" }, revision: 2 });

  const [listed] = (await form.list()).responses;
  expect(listed?.data).toEqual({ name: "Ada", department: "HR" });
  expect(await rollup(form, "department")).toEqual({ "": 1, HR: 1 });
  expect(await rollup(form, "score")).toEqual({});

  const entries = await history(form, id);
  expect(entries.map(({ kind, data }) => [kind, data])).toEqual([
    ["accept", { name: "Ada", department: "IT", score: 1 }],
    ["update", { name: "Ada", department: "HR" }],
  ]);
  expect(entries[0]?.actor).toBeNull();
  expect(entries[1]?.actor).toMatch(/^key:key_/);
  // Where the log is in another store than the responses, it follows with the events.
  const audit = () => env.DB.prepare("SELECT action, actor_kind FROM audit_log WHERE target_id = ?").bind(id).all();
  await expect.poll(async () => (await audit()).results, { timeout: 10_000 }).toEqual([{ action: "response.updated", actor_kind: "key" }]);
});

test("an edit that breaks a rule changes nothing", async () => {
  const form = await createForm();
  const { id } = await form.accepted({ name: "Ada" });
  for (const data of [{ name: null }, { department: "Nowhere" }, { nmae: "x" }]) {
    expect((await form.call("PATCH", pathOf(form, id), { data })).status).toBe(422);
  }
  expect(await history(form, id)).toHaveLength(1);
});

test("several edits before a settle each keep their own version", async () => {
  const form = await createForm();
  const { id } = await form.accepted({ name: "one" });
  for (const name of ["two", "three"]) await form.call("PATCH", pathOf(form, id), { data: { name } });
  expect((await history(form, id)).map(({ data }) => data)).toEqual([{ name: "one" }, { name: "two" }, { name: "three" }]);
});

test("edits of one response at the same moment are all applied, one after the other", async () => {
  const form = await createForm();
  const { id } = await form.accepted({ name: "Ada" });
  const patches = [{ score: 1 }, { department: "IT" }, { agree: true }, { tags: ["a"] }];
  const replies = await Promise.all(patches.map((data) => form.call("PATCH", pathOf(form, id), { data })));
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const [listed] = (await form.list()).responses;
  expect(listed?.data).toEqual({ name: "Ada", score: 1, department: "IT", agree: true, tags: ["a"] });
});

test("a deleted response leaves the list and the counts, and a restore brings both back", async () => {
  const form = await createForm();
  const { id } = await form.accepted({ name: "Ada", department: "IT" });
  expect((await form.call("DELETE", pathOf(form, id))).status).toBe(204);
  expect((await form.call("DELETE", pathOf(form, id))).status).toBe(204);
  expect((await form.list()).responses).toEqual([]);
  expect((await form.list("?status=deleted")).responses.map((row) => row.id)).toEqual([id]);
  expect(await rollup(form, "")).toEqual({});
  const patch = await form.call("PATCH", pathOf(form, id), { data: { name: "Grace" } });
  expect([patch.status, (await problemOf(patch)).code]).toEqual([409, "response_deleted"]);

  expect((await form.call("POST", `${pathOf(form, id)}/restore`)).status).toBe(200);
  expect((await form.list()).responses.map(({ data }) => data)).toEqual([{ name: "Ada", department: "IT" }]);
  expect(await rollup(form, "department")).toEqual({ "": 1, IT: 1 });
  expect((await history(form, id)).map(({ kind }) => kind)).toEqual(["accept", "delete", "restore"]);
});

test("erasing takes every version of the answers and keeps the chain", async () => {
  const form = await createForm();
  const { id } = await form.accepted({ name: "Ada Lovelace" });
  await form.call("PATCH", pathOf(form, id), { data: { name: "Countess Lovelace" } });
  expect((await form.call("POST", `${pathOf(form, id)}/erase`)).status).toBe(204);
  const entries = await history(form, id);
  expect(entries.map(({ kind, data, salt, erased }) => [kind, data, salt, erased])).toEqual([
    ["accept", null, null, true],
    ["update", null, null, true],
    ["erase", {}, null, true],
  ]);
  const everywhere = await env.DB.prepare(
    "SELECT (SELECT group_concat(coalesce(json(data), '')) FROM response_entries WHERE form_id = ?1) AS a, (SELECT group_concat(json(data)) FROM responses WHERE form_id = ?1) AS b",
  )
    .bind(form.formId)
    .first<{ a: string; b: string }>();
  expect(`${everywhere?.a}${everywhere?.b}`).not.toContain("Lovelace");
  expect((await form.list("?q=lovelace&status=deleted")).responses).toEqual([]);
  expect((await form.call("POST", `${pathOf(form, id)}/restore`)).status).toBe(410);
});

test("changes need the scope, and another workspace's responses do not exist", async () => {
  const form = await createForm();
  const { id } = await form.accepted({ name: "Ada" });
  const reader = await form.makeKey(["read"]);
  const stranger = await createWorld();
  const calls = [
    ["PATCH", "", { data: { name: "x" } }],
    ["DELETE", "", undefined],
    ["POST", "/restore", undefined],
    ["POST", "/erase", undefined],
  ] as const;
  for (const [method, suffix, body] of calls) {
    expect((await form.call(method, pathOf(form, id) + suffix, body, { key: reader })).status).toBe(403);
    expect((await stranger.call(method, pathOf(form, id) + suffix, body)).status).toBe(404);
    expect((await form.call(method, `${pathOf(form, "rsp_unknown")}${suffix}`, body)).status).toBe(404);
  }
  expect((await form.list()).responses.map(({ data }) => data)).toEqual([{ name: "Ada" }]);
});
