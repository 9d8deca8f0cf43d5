import { expect, test } from "vitest";
import { createForm, problemOf } from "./support";

async function names(form: Awaited<ReturnType<typeof createForm>>, query: string): Promise<unknown[]> {
  return (await form.list(query)).responses.map(({ data }) => data.name);
}

test("pages neither repeat nor skip while responses keep arriving", async () => {
  const form = await createForm();
  for (let i = 0; i < 7; i++) await form.accepted({ name: `n${i}` });
  for (const sort of ["submitted_at", "-submitted_at"]) {
    const seen: unknown[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const page: Awaited<ReturnType<typeof form.list>> = await form.list(
        `?limit=3&sort=${sort}${cursor === null ? "" : `&cursor=${cursor}`}`,
      );
      seen.push(...page.responses.map(({ data }) => data.name));
      cursor = page.next_cursor;
      pages += 1;
      if (pages === 1) await form.accepted({ name: `late ${sort}` });
    } while (cursor !== null && pages < 10);
    const early = seen.filter((name) => !String(name).startsWith("late"));
    const inOrder = ["n0", "n1", "n2", "n3", "n4", "n5", "n6"];
    expect(early).toEqual(sort === "submitted_at" ? inOrder : inOrder.reverse());
    // Oldest first, what arrives meanwhile comes at the end; newest first, it is on a page already turned.
    expect(seen.includes(`late ${sort}`)).toBe(sort === "submitted_at");
    expect(new Set(seen).size).toBe(seen.length);
  }
});

test("status, time and projection", async () => {
  const form = await createForm();
  const first = await form.accepted({ name: "Ada", score: 3 });
  await form.accepted({ name: "half" }, { body: { status: "partial" } });
  expect(await names(form, "?status=partial")).toEqual(["half"]);
  expect(await names(form, "?status=complete")).toEqual(["Ada"]);
  expect(await names(form, "?created_after=2099-01-01T00:00:00Z")).toEqual([]);
  expect(await names(form, "?created_before=2000-01-01")).toEqual([]);
  expect(
    await names(form, `?created_after=${encodeURIComponent(new Date(Date.parse(first.submitted_at) - 1).toISOString())}`),
  ).toHaveLength(2);
  const [row] = (await form.list("?status=complete&fields=score,unknown")).responses;
  expect(row?.data).toEqual({ score: 3 });
});

test("words are found as beginnings, without accents, in this form alone", async () => {
  const [form, other] = [await createForm(), await createForm()];
  await form.accepted({ name: "Zoë Brontë" });
  await form.accepted({ name: "Emily Brown" });
  await other.accepted({ name: "Zoë Elsewhere" });
  expect(await names(form, "?q=zoe")).toEqual(["Zoë Brontë"]);
  expect(await names(form, "?q=bro")).toEqual(["Emily Brown", "Zoë Brontë"]);
  expect(await names(form, "?q=emily%20bronte")).toEqual([]);
  expect(await names(form, `?q=${encodeURIComponent('" OR form:* NEAR(')}`)).toEqual([]);
});

test("what is edited is found by its new words and no longer by its old ones", async () => {
  const form = await createForm();
  const { id } = await form.accepted({ name: "Caterpillar" });
  expect(await names(form, "?q=caterpillar")).toEqual(["Caterpillar"]);
  await form.call("PATCH", `/api/v1/forms/${form.formId}/responses/${id}`, { data: { name: "Butterfly" } });
  expect(await names(form, "?q=caterpillar")).toEqual([]);
  expect(await names(form, "?q=butterfly")).toEqual(["Butterfly"]);
});

test.for([
  [{ score: 2 }, ["b"]],
  [{ score: { $gt: 1, $lte: 3 } }, ["b", "c"]],
  [{ score: { $in: [1, 3] } }, ["a", "c"]],
  [{ score: { $nin: [1, 3] } }, ["b", "d"]],
  [{ score: { $ne: 1 } }, ["b", "c", "d"]],
  [{ score: { $exists: false } }, ["d"]],
  [{ score: null }, ["d"]],
  [{ "data.department": { $eq: "IT" } }, ["a", "b"]],
  [{ tags: { $contains: "x" } }, []],
  [{ tags: { $contains: "b" } }, ["a", "b"]],
  [{ tags: "a" }, ["a"]],
  [{ tags: { $ne: "a" } }, ["b", "c", "d"]],
  [{ name: { $contains: "C" } }, ["c"]],
  [{ agree: true }, ["a"]],
  [{ agree: { $in: [false] } }, ["b"]],
  [{ $or: [{ name: "a" }, { $and: [{ name: "b" }, { score: 2 }] }] }, ["a", "b"]],
  [{ $not: { department: "IT" } }, ["c", "d"]],
  [{ score: { $not: { $gt: 1 } } }, ["a", "d"]],
  [{ submitted_at: { $gte: "2020-01-01", $lt: "2099-01-01" } }, ["a", "b", "c", "d"]],
  [{ status: "partial" }, []],
  [{ form_version: 1 }, ["a", "b", "c", "d"]],
  [{ "meta.device": "phone" }, ["a"]],
] as const)("filter %j", async ([filter, expected]) => {
  const form = await createForm();
  const phone = { headers: { "User-Agent": "Mozilla/5.0 (iPhone) Mobile" } };
  await form.accepted({ name: "a", score: 1, department: "IT", tags: ["a", "b"], agree: true }, phone);
  await form.accepted({ name: "b", score: 2, department: "IT", tags: ["b"], agree: false });
  await form.accepted({ name: "c", score: 3, department: "HR" });
  await form.accepted({ name: "d" });
  expect(await names(form, `?sort=submitted_at&filter=${encodeURIComponent(JSON.stringify(filter))}`)).toEqual(expected);
});

test.for([
  [{ nope: 1 }, "unknown_field"],
  [{ "data.__proto__": 1 }, "unknown_field"],
  [{ "name') OR 1=1 --": 1 }, "unknown_field"],
  [{ name: { $regex: "x" } }, "operator_not_allowed"],
  [{ $where: "1" }, "operator_not_allowed"],
  [{ $and: [{ $and: [{ $and: [{ $and: [{ $and: [{ name: "x" }] }] }] }] }] }, "too_deep"],
  [{ name: { $in: Array.from({ length: 1001 }, () => "x") } }, "too_many_values"],
  [{ $or: Array.from({ length: 51 }, () => ({ name: "x" })) }, "too_many_conditions"],
  [{ score: "many" }, "invalid_value"],
  [{ submitted_at: "yesterday" }, "invalid_value"],
  [[], "invalid_filter"],
] as const)("refused filter %#", async ([filter, code]) => {
  const form = await createForm();
  const reply = await form.call("GET", `/api/v1/forms/${form.formId}/responses?filter=${encodeURIComponent(JSON.stringify(filter))}`);
  expect(reply.status).toBe(422);
  expect((await problemOf(reply)).code).toBe(code);
});

test("refused parameters", async () => {
  const form = await createForm();
  for (const query of ["?filter=%7B", "?cursor=abc", "?limit=0", "?limit=1001", "?status=gone", "?sort=name", "?created_after=soon"]) {
    expect((await form.call("GET", `/api/v1/forms/${form.formId}/responses${query}`)).status, query).toBe(422);
  }
});
