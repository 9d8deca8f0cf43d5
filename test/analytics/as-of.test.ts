import { describe, expect, test } from "vitest";
import { createAnalysed } from "./support";

test("views and starts are read back as the entry found them", async () => {
  const form = await createAnalysed();
  const start = () => form.call("POST", `/api/v1/forms/${form.formId}/starts`, {}, { key: null });
  await start();
  await start();
  await form.accepted({ name: "one" });
  const then = await form.metrics();
  await start();
  await form.accepted({ name: "two" });
  expect((await form.metrics()).starts).toBe(5);
  const { as_of: _, ...again } = await form.metrics("?as_of_seq=1");
  expect(again).toEqual({ ...then, as_of: undefined });
  expect(again).toMatchObject({ total_responses: 1, starts: 3, completion_rate: 1 / 3 });
});

test("a time stands for the newest entry that is not later", async () => {
  const form = await createAnalysed();
  const before = new Date(Date.now() - 60_000).toISOString();
  const first = await form.accepted({ name: "one", department: "IT" });
  while (Date.now() <= Date.parse(first.submitted_at)) await Promise.resolve();
  const between = new Date(first.submitted_at).toISOString();
  const second = await form.accepted({ name: "two", department: "HR" });
  expect(second.submitted_at > between).toBe(true);
  expect(await form.metrics(`?as_of=${before}`)).toMatchObject({ total_responses: 0, as_of: before });
  expect(await form.metrics(`?as_of=${between}`)).toMatchObject({ total_responses: 1, as_of: between, last_submitted_at: between });
  expect((await form.distribution("department", `?as_of=${between}`)).answered).toBe(1);
  expect((await form.list(`?as_of=${between}`)).responses.map(({ id }) => id)).toEqual([first.id]);
  expect((await form.list(`?as_of=${before}`)).responses).toEqual([]);
});

test("the list shows each response with the answers it had then", async () => {
  const form = await createAnalysed();
  const first = await form.accepted({ name: "one", score: 1 });
  await form.edit(first.id, { score: 2 });
  await form.edit(first.id, { score: 3 });
  await form.remove(first.id);
  const scores = async (seq: number) => (await form.list(`?as_of_seq=${seq}`)).responses.map(({ data }) => data.score);
  expect([await scores(1), await scores(2), await scores(3), await scores(4)]).toEqual([[1], [2], [3], []]);
  expect((await form.list("?as_of_seq=4&status=deleted")).responses.map(({ data }) => data.score)).toEqual([3]);
  const filter = encodeURIComponent(JSON.stringify({ score: { $gte: 2 } }));
  expect((await form.list(`?as_of_seq=1&filter=${filter}`)).responses).toEqual([]);
  expect((await form.list(`?as_of_seq=2&filter=${filter}`)).responses).toHaveLength(1);
});

test("a search finds the words as they were then", async () => {
  const form = await createAnalysed();
  const [ada, grace, zoe] = [
    await form.accepted({ name: "Ada Lovelace" }),
    await form.accepted({ name: "Grace Hopper" }),
    await form.accepted({ name: "Zoë" }),
  ];
  await form.edit(ada.id, { name: "Nobody" });
  await form.edit(grace.id, { name: "Ada Hopper" });
  await form.remove(zoe.id);
  await form.accepted({ name: "Ada Yonath" });
  const found = async (query: string) => (await form.list(`?${query}`)).responses.map(({ data }) => data.name);
  expect(await found("q=ada&as_of_seq=3")).toEqual(["Ada Lovelace"]);
  expect(await found("q=ada&as_of_seq=4")).toEqual([]);
  expect(await found("q=ada&as_of_seq=5")).toEqual(["Ada Hopper"]);
  expect(await found("q=ada&as_of_seq=7")).toEqual(["Ada Yonath", "Ada Hopper"]);
  expect(await found("q=zoe&as_of_seq=5")).toEqual(["Zoë"]);
  expect([await found("q=zoe&as_of_seq=6"), await found("q=zoe&as_of_seq=6&status=deleted")]).toEqual([[], ["Zoë"]]);
  const filter = encodeURIComponent(JSON.stringify({ name: { $contains: "hopper" } }));
  expect(await found(`q=grace&as_of_seq=3&filter=${filter}`)).toEqual(["Grace Hopper"]);
  expect(await found(`q=grace&as_of_seq=3&status=partial`)).toEqual([]);
  expect(await found(`q=grace&as_of_seq=3&created_after=${grace.submitted_at}`)).toEqual([]);
  expect((await form.call("POST", `/api/v1/forms/${form.formId}/responses/${ada.id}/erase`)).status).toBe(204);
  expect(await found("q=ada&as_of_seq=3")).toEqual([]);
});

test("pages of an earlier search do not move", async () => {
  const form = await createAnalysed();
  const ids: string[] = [];
  for (let i = 1; i <= 5; i++) ids.push((await form.accepted({ name: `word n${i}` })).id);
  const query = "?q=word&as_of_seq=5&limit=2";
  const read: unknown[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: Awaited<ReturnType<typeof form.list>> = await form.list(`${query}${cursor === "" ? "" : `&cursor=${cursor}`}`);
    read.push(...page.responses.map(({ data }) => data.name));
    cursor = page.next_cursor;
    await form.accepted({ name: "word, later" });
    await form.edit(ids[read.length % 5] ?? "", { name: "changed" });
  }
  expect(read).toEqual(["word n5", "word n4", "word n3", "word n2", "word n1"]);
});

test("pages of an earlier moment do not move", async () => {
  const form = await createAnalysed();
  for (let i = 1; i <= 5; i++) await form.accepted({ name: `n${i}` });
  const first = await form.list("?as_of_seq=4&limit=2");
  await form.accepted({ name: "later" });
  const second = await form.list(`?as_of_seq=4&limit=2&cursor=${first.next_cursor}`);
  expect([...first.responses, ...second.responses].map(({ data }) => data.name)).toEqual(["n4", "n3", "n2", "n1"]);
  expect(second.next_cursor).toBeNull();
});

test("what was erased stays erased, whenever it is asked about", async () => {
  const form = await createAnalysed();
  const { id } = await form.accepted({ name: "secret" });
  expect((await form.call("POST", `/api/v1/forms/${form.formId}/responses/${id}/erase`)).status).toBe(204);
  const { responses } = await form.list("?as_of_seq=1");
  expect(responses.map(({ data }) => data)).toEqual([{}]);
  expect(await form.metrics("?as_of_seq=1")).toMatchObject({ total_responses: 1 });
});

describe("what is refused, with its reason", () => {
  test.each([
    ["metrics?as_of_seq=7", "unknown_position"],
    ["metrics?as_of_seq=1&as_of=2026-01-01T00:00:00Z", "one_of_two"],
    ["metrics?as_of=2199-01-01T00:00:00Z", "in_the_future"],
    ["metrics?as_of_seq=0:1,0:1", "bad_position"],
    ["fields/name/distribution?as_of_seq=x", "invalid"],
  ])("%s: %s", async (tail, code) => {
    const form = await createAnalysed();
    await form.accepted({ name: "one" });
    const reply = await form.call("GET", `/api/v2/analytics/forms/${form.formId}/${tail}`);
    expect(reply.status).toBe(422);
    expect((await reply.json<{ code: string }>()).code).toBe(code);
  });

  test("a plain number where there are several ledgers; a position finds", async () => {
    const form = await createAnalysed(undefined, { shards: 2 });
    await Promise.all(Array.from({ length: 8 }, (_, i) => form.accepted({ name: `n${i}` })));
    expect((await form.call("GET", `/api/v2/analytics/forms/${form.formId}/metrics?as_of_seq=1`)).status).toBe(422);
    const { position } = await form.metrics();
    await form.accepted({ name: "n1, later" });
    expect((await form.list(`?q=n1&as_of_seq=${position}`)).responses.map(({ data }) => data.name)).toEqual(["n1"]);
  });
});
