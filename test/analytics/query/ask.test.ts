import { expect, test } from "vitest";
import { askForm } from "../../../src/analytics";
import { asSystem } from "../../../src/shared/context";
import { testContext } from "../../support/context";
import { createAsked } from "./support";

test("a question without groups is a number; with one, an object from group to value", async () => {
  const form = await createAsked();
  for (const department of ["IT", "IT", "HR"]) await form.accepted({ name: "a", department, score: department === "IT" ? 10 : 4 });
  await form.accepted({ name: "nobody", score: 1 });
  await form.accepted({ name: "half", department: "HR" }, { body: { status: "partial" } });
  expect(await form.ask({ aggregate: "count" })).toMatchObject({ data: 4, rows: [{ group: {}, value: 4 }], meta: { plan: "live" } });
  expect(await form.ask({ aggregate: "count", group_by: "data.department" })).toMatchObject({
    data: { IT: 2, HR: 1 },
    rows: [
      { group: { "data.department": "IT" }, value: 2 },
      { group: { "data.department": "HR" }, value: 1 },
    ],
    meta: { plan: "live" },
  });
  expect(await form.ask({ aggregate: "sum", field: "data.score" })).toMatchObject({ data: 25, meta: { plan: "rollup" } });
  expect(await form.ask({ aggregate: "avg", field: "score", group_by: "department" })).toMatchObject({
    data: { IT: 10, HR: 4 },
    meta: { plan: "scan", scanned_rows: 4 },
  });
  expect((await form.ask({ aggregate: "count", filter: { status: "partial" } })).data).toBe(1);
  expect((await form.ask({ aggregate: "count", filter: { status: { $in: ["partial", "complete"] } }, group_by: "status" })).data).toEqual({
    complete: 4,
    partial: 1,
  });
});

test("the same question is answered from the cache until something is accepted", async () => {
  const form = await createAsked();
  await form.accepted({ name: "a", score: 3 });
  const question = { aggregate: "median", field: "data.score", filter: { $and: [{ name: "a" }, { score: { $gt: 1 } }] } };
  const first = await form.ask(question);
  expect(first).toMatchObject({ data: 3, meta: { plan: "scan", cached: false } });
  const turned = { ...question, filter: { $and: [{ score: { $gt: 1 } }, { name: { $eq: "a" } }] } };
  expect(await form.ask(turned)).toMatchObject({ data: 3, meta: { cached: true, query_hash: first.meta.query_hash } });
  const second = await form.accepted({ name: "a", score: 9 });
  expect(await form.ask(question)).toMatchObject({ data: 6, meta: { cached: false } });
  await form.remove(second.id);
  expect((await form.ask(question)).data).toBe(3);
  await form.restore(second.id);
  await form.edit(second.id, { score: 5 });
  expect((await form.ask(question)).data).toBe(4);
});

test("several groups nest, answers with several values count once a value, and time is grouped on the clocks that are asked for", async () => {
  const form = await createAsked();
  await form.accepted({ name: "a", department: "IT", tags: ["a", "b"], agree: true });
  await form.accepted({ name: "b", department: "IT", tags: ["b"], agree: false });
  await form.accepted({ name: "c", department: "HR" });
  expect((await form.ask({ aggregate: "count", group_by: ["department", "tags"] })).data).toEqual({ IT: { a: 1, b: 2 } });
  expect((await form.ask({ aggregate: "count", group_by: "tags" })).data).toEqual({ b: 2, a: 1 });
  expect((await form.ask({ aggregate: "count", group_by: "agree" })).rows).toEqual([
    { group: { agree: false }, value: 1 },
    { group: { agree: true }, value: 1 },
  ]);
  for (const timezone of ["UTC", "Asia/Kathmandu", "America/St_Johns"]) {
    const byDay = await form.ask({ aggregate: "count", group_by: { field: "submitted_at", by: "day", timezone } });
    const today = new Intl.DateTimeFormat("en-CA", { timeZone: timezone }).format(new Date());
    expect(byDay.data).toEqual({ [today]: 3 });
    expect(byDay.meta.plan).toBe(timezone === "UTC" ? "rollup" : "scan");
    const byHour = await form.ask({
      aggregate: "count_distinct",
      field: "department",
      group_by: [{ field: "submitted_at", by: "hour", timezone }, "name"],
    });
    expect(Object.values(byHour.data as object)).toEqual([{ a: 1, b: 1, c: 1 }]);
  }
});

test("the earliest and the latest are instants; nothing there is null, and its sum is zero", async () => {
  const form = await createAsked();
  expect((await form.ask({ aggregate: "max", field: "submitted_at" })).data).toBeNull();
  expect((await form.ask({ aggregate: "sum", field: "score", filter: { name: "x" } })).data).toBe(0);
  expect((await form.ask({ aggregate: "median", field: "score" })).data).toBeNull();
  const { submitted_at } = await form.accepted({ name: "Zoë" });
  expect((await form.ask({ aggregate: "min", field: "submitted_at" })).data).toBe(submitted_at);
  expect((await form.ask({ aggregate: "max", field: "name" })).data).toBe("Zoë");
  expect((await form.ask({ aggregate: "count", group_by: "submitted_at" })).data).toEqual({ [submitted_at]: 1 });
});

test("thirty seconds are the most that a question takes: then the work stops, and says so", async () => {
  const form = await createAsked();
  await form.accepted({ name: "a", score: 1 });
  const question = { aggregate: "median", field: "score", filter: { name: "a" } };
  const clock = (stepMs: number) => {
    let time = Date.now();
    const now = () => {
      time += stepMs;
      return time;
    };
    return asSystem(testContext({ now }), form.workspaceId);
  };
  const asked = { formId: form.formId, query: question };
  await expect(askForm(clock(16_000), asked)).rejects.toMatchObject({ code: "invalid", details: { reason: "query_too_slow" } });
  expect((await askForm(clock(10), asked)).rows).toEqual([{ group: [], value: 1 }]);
});
