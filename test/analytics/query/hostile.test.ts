// Whoever sends whatever: a clear refusal that names the place, never a fault, never a name of something inside, and at once.
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { type AskedWorld, createAsked } from "./support";

let form: AskedWorld;
beforeAll(async () => {
  form = await createAsked();
  for (const department of ["IT", "HR"]) await form.accepted({ name: "a", department, score: 1, tags: ["a"] });
});

const path = () => `/api/v2/analytics/forms/${form.formId}/query`;

const INJECTIONS = [
  "data.score'); DROP TABLE responses; --",
  "score) FROM responses UNION SELECT password FROM users --",
  'data."score"',
  "$.score",
  "data.score[0]",
  "data..score",
  "data.",
  ".",
  "",
  "data.score\0",
  "responses.data",
  "workspace_id",
  "r.workspace_id",
  "meta.ip",
  "meta.user_agent",
  "deleted_at",
  "data_hash",
  "__proto__",
  "constructor",
  "data.__proto__",
  "data.constructor.name",
  "hasOwnProperty",
  "toString",
  "data.toString",
  "?1",
  "$1",
  "data.score ".repeat(1_000),
  "𝕕ata.score",
];

test.for(INJECTIONS.map((name) => [name.slice(0, 60), name] as const))(
  "a name that is none, %j, is refused in every position",
  async ([short, name]) => {
    for (const [query, at] of [
      [{ aggregate: "sum", field: name }, "field"],
      [{ aggregate: "count", field: name }, "field"],
      [{ aggregate: "count", group_by: name }, "group_by"],
      [{ aggregate: "count", group_by: ["name", name] }, "group_by.1"],
      [{ aggregate: "count", group_by: { field: name, by: "day" } }, "group_by.field"],
      [{ aggregate: "count", filter: { [name]: 1 } }, "filter."],
      [{ aggregate: "count", filter: { $or: [{ [name]: { $gt: 1 } }] } }, "filter.$or.0."],
    ] as const) {
      const problem = await form.refused(query);
      expect(problem.errors[0]?.path.startsWith(at), `${short} in ${JSON.stringify(query).slice(0, 100)}`).toBe(true);
      expect(["unknown_field", "operator_not_allowed"]).toContain(problem.code);
      expect(problem.detail.length).toBeLessThan(2_000);
    }
    for (const [query, at] of [
      [{ aggregate: name }, "aggregate"],
      [{ aggregate: "count", group_by: { field: "submitted_at", by: name } }, "group_by.by"],
      [{ aggregate: "count", group_by: { field: "submitted_at", by: "day", timezone: name } }, "group_by.timezone"],
      [{ aggregate: "count", sort: { field: name } }, "sort.field"],
      [{ aggregate: "count", limit: name }, "limit"],
      [{ aggregate: "count", filter: { score: { [`$${name}`]: 1 } } }, "filter.score."],
      [{ aggregate: "count", filter: { score: { $gt: name || "x" } } }, "filter.score.$gt"],
    ] as const) {
      expect((await form.refused(query)).errors[0]?.path.startsWith(at), `${short} in ${JSON.stringify(query).slice(0, 100)}`).toBe(true);
    }
  },
);

test.for([
  ["an operator that is none", { score: { $where: "1" } }, "operator_not_allowed", "filter.score.$where"],
  ["a regular expression", { name: { $regex: "(a+)+$" } }, "operator_not_allowed", "filter.name.$regex"],
  ["an operator in place of a field", { $expr: {} }, "operator_not_allowed", "filter.$expr"],
  [
    "six levels",
    { $and: [{ $or: [{ $not: { $and: [{ $or: [{ name: "x" }] }] } }] }] },
    "too_deep",
    "filter.$and.0.$or.0.$not.$and.0.$or.0",
  ],
  ["an empty $or", { $or: [] }, "invalid_filter", "filter.$or"],
  ["an empty comparison", { score: {} }, "invalid_filter", "filter.score"],
  ["an empty $not", { score: { $not: {} } }, "invalid_filter", "filter.score.$not"],
  ["a list for a number", { score: [1] }, "invalid_value", "filter.score"],
  ["an object for a number", { score: { $eq: { a: 1 } } }, "invalid_value", "filter.score.$eq"],
  ["a text for a number", { score: "ten" }, "invalid_value", "filter.score"],
  ["infinity", { score: { $gt: "1e999" } }, "invalid_value", "filter.score.$gt"],
  ["a day that is none", { submitted_at: { $gte: "2026-02-31T99:00" } }, "invalid_value", "filter.submitted_at.$gte"],
  ["an endless text", { name: "x".repeat(2_001) }, "invalid_value", "filter.name"],
  ["a filter that is a list", [{ name: "x" }], "invalid_filter", "filter"],
  ["more than a thousand values", { name: { $in: Array.from({ length: 1_001 }, String) } }, "too_many_values", "filter.name.$in"],
  ["ten thousand conditions", { $or: Array.from({ length: 10_000 }, () => ({ name: "x" })) }, "too_many_conditions", "filter.$or"],
  ["ten thousand fields", Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`f${i}`, 1])), "unknown_field", "filter.f0"],
  [
    "fifty times fifty nothings",
    { $and: Array.from({ length: 50 }, () => ({ $or: Array.from({ length: 50 }, () => ({})) })) },
    "too_many_conditions",
    "filter.$and.1.$or.0",
  ],
] as const)("%s", async ([, filter, code, at]) => {
  expect(await form.refused({ aggregate: "count", filter })).toMatchObject({ status: 422, code, errors: [{ path: at, code }] });
});

test.for([
  ["nothing", null],
  ["a list", []],
  ["a number", 7],
  ["no aggregate", {}],
  ["a member that is none", { aggregate: "count", select: "*" }],
  ["four groups", { aggregate: "count", group_by: ["name", "department", "tags", "score"] }],
  ["the same group twice", { aggregate: "count", group_by: ["name", "name"] }],
  ["a sum of words", { aggregate: "sum", field: "name" }],
  ["no field", { aggregate: "avg" }],
  ["a field that is a list", { aggregate: "min", field: ["score"] }],
  ["no limit at all", { aggregate: "count", limit: 1_001 }],
  ["half a limit", { aggregate: "count", limit: 1.5 }],
  ["a day of answers", { aggregate: "count", group_by: { field: "name", by: "day" } }],
  ["a zone without a step", { aggregate: "count", group_by: { field: "submitted_at", timezone: "UTC" } }],
  ["sorted by what is not there", { aggregate: "count", sort: { field: "name" } }],
  ["sorted as a text", { aggregate: "count", sort: "value" }],
] as const)("%s is no question", async ([, query]) => {
  const problem = await form.refused(query);
  expect(problem.errors).toHaveLength(1);
  expect(problem.errors[0]?.message).toMatch(/\w{3,}/);
});

test("everything that is allowed at once is answered: fifty conditions, five levels, long lists, three groups", async () => {
  const thousand = Array.from({ length: 1_000 }, (_, i) => `value ' " \\ ${i}`);
  const wide = Array.from({ length: 48 }, (_, i) => ({
    [["name", "data.department", "tags", "score"][i % 4] ?? "name"]: i % 4 === 3 ? { $lte: i } : { $nin: [`x${i}`] },
  }));
  const widest = { $and: [...wide, { name: { $in: [...thousand.slice(1), "a"] } }, { tags: { $not: { $in: thousand } } }] };
  const groups = ["department", "tags", { field: "submitted_at", by: "hour", timezone: "Australia/Lord_Howe" }];
  for (const aggregate of ["count", "avg", "max", "median", "count_distinct"]) {
    const field = aggregate === "count" ? {} : { field: "score" };
    const answer = await form.ask({ aggregate, ...field, group_by: groups, filter: widest });
    expect(answer.rows).toHaveLength(2);
  }
  const deep = { $or: [{ $and: [{ $not: { $or: [{ name: { $ne: "a" } }] } }] }] };
  expect((await form.ask({ aggregate: "count", filter: deep })).data).toBe(2);
  const chain = Object.fromEntries(Object.entries({ $ne: "x", $gt: " ", $gte: "a", $lt: "z", $lte: "a", $exists: true, $contains: "A" }));
  expect((await form.ask({ aggregate: "count", filter: { name: chain } })).data).toBe(2);
});

test("a body that nests thousands deep, or names prototypes, is refused like any other", async () => {
  let nested: unknown = { name: "x" };
  for (let i = 0; i < 3_000; i++) nested = { $not: nested };
  expect(await form.refused({ aggregate: "count", filter: nested })).toMatchObject({ code: "too_deep" });
  const prototype = JSON.parse('{"aggregate":"count","filter":{"__proto__":{"$eq":1}}}');
  expect(await form.refused(prototype)).toMatchObject({ code: "unknown_field", errors: [{ path: "filter.__proto__" }] });
  expect(await form.refused(JSON.parse('{"aggregate":"count","__proto__":{"limit":5}}'))).toMatchObject({ code: "invalid_query" });
});

test("values that look like SQL are values", async () => {
  for (const name of ["' OR '1'='1", "%", "_", "\\", "a\u0000b", "'); DROP TABLE responses; --", "$\u007b1}", "?1", "𝔘"]) {
    expect((await form.ask({ aggregate: "count", filter: { name } })).data).toBe(0);
    expect((await form.ask({ aggregate: "count", filter: { name: { $contains: name } } })).data).toBe(0);
    expect((await form.ask({ aggregate: "count", filter: { name: { $in: [name] } }, group_by: "name" })).data).toEqual({});
  }
  expect((await form.ask({ aggregate: "count" })).data).toBe(2);
});

test("junk of any shape is answered or refused, and never a fault", { timeout: 60_000 }, async () => {
  const word = fc.constantFrom(
    "aggregate",
    "field",
    "group_by",
    "filter",
    "sort",
    "limit",
    "count",
    "sum",
    "data.score",
    "name",
    "$and",
    "$in",
    "submitted_at",
    "by",
    "desc",
    "value",
  );
  const junk = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      word,
      fc.jsonValue({ maxDepth: 1 }),
      fc.integer(),
      fc.array(tie("any"), { maxLength: 4 }),
      fc.dictionary(word, tie("any"), { maxKeys: 4 }),
    ),
  })).any;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        junk,
        fc.record(
          { aggregate: fc.constantFrom("count", "max"), field: junk, group_by: junk, filter: junk },
          { requiredKeys: ["aggregate"] },
        ),
      ),
      async (query) => {
        // A bare text is sent as it is, and is no JSON.
        const reply = await form.call("POST", path(), typeof query === "string" ? [query] : query);
        expect([200, 422], await reply.clone().text()).toContain(reply.status);
      },
    ),
    { numRuns: 150 },
  );
});
