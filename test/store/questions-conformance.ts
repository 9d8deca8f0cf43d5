// What every store must answer when it is asked: what the plain evaluation says of the same responses. Whole pages, and pages so
// small that one answer is put together from many.
import fc from "fast-check";
import { expect, test } from "vitest";
import { Accumulator } from "../../src/analytics/query/accumulator";
import { evaluateInMemory, type QueriedRow } from "../../src/analytics/query/evaluate";
import { parseQuery } from "../../src/analytics/query/parse";
import type { Execution } from "../../src/analytics/query/plan";
import { scanInto } from "../../src/analytics/query/scan";
import { describeFields, type FormSchema } from "../../src/forms";
import { newId } from "../../src/shared/ids";
import { openPrimaryStore } from "../../src/store";
import { answers, expectSame, FIELDS, question } from "../analytics/query/generated";
import { FakeLedger } from "./settle-batches";

type Stores = Parameters<typeof openPrimaryStore>[0];

const fields = describeFields({ fields: FIELDS } as FormSchema);

/** Around the days on which clocks change, and far away. */
const times = fc.oneof(
  fc.constantFrom("2026-01-01T00:00:00.000Z", "2025-12-31T23:59:59.999Z", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z").map(Date.parse),
  fc.integer({ min: Date.parse("2025-10-25T22:00:00Z"), max: Date.parse("2025-10-26T04:00:00Z") }),
  fc.integer({ min: Date.parse("2026-04-04T13:00:00Z"), max: Date.parse("2026-04-04T17:00:00Z") }),
  fc.integer({ min: Date.parse("1969-12-01"), max: Date.parse("2031-01-01") }),
);

/** As it may lie there from a version that asked otherwise. */
const stray = fc.record(
  {
    name: fc.constantFrom(5, true, ["Ada"], { a: 1 }),
    department: fc.constantFrom(7, false, ["IT", "HR"]),
    tags: fc.constantFrom("a", ["a", "b", "a"], { x: "b" }, [], [null, 3, true, 1, ["a"]]),
    score: fc.constantFrom("7", "IT", true, [1, 2], null),
    agree: fc.constantFrom(1, 0, "yes", null),
    service: fc.constantFrom("good", [], {}, { speed: 5 }),
    home: fc.constantFrom("x", [1], {}),
  },
  { requiredKeys: [] },
);

const response = fc.record({
  data: fc.oneof({ weight: 5, arbitrary: answers }, { weight: 1, arbitrary: stray }),
  submittedAt: times,
  partial: fc.nat(4).map((n) => n === 0),
  deleted: fc.nat(6).map((n) => n === 0),
  meta: fc.constantFrom({}, { country: "IT" }, { country: "NO", device: "phone" }),
  shard: fc.nat(1),
});

export function describeQuestions(name: string, env: Stores, numRuns = 25): void {
  test(`${name}: whatever is asked of whatever was answered`, { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(response, { maxLength: 25 }),
        fc.array(question, { minLength: 25, maxLength: 25 }),
        async (responses, questions) => {
          const form = await settled(env, responses);
          for (const query of questions) {
            const parsed = parseQuery(query, fields);
            const expected = evaluateInMemory(parsed, form.rows).rows;
            for (const rowsAPage of [50_000, 4]) {
              const accumulator = new Accumulator(parsed);
              const scanned = await scanInto(accumulator, { ...form.execution, query: parsed }, rowsAPage);
              expectSame(accumulator.finish(scanned).rows, expected, JSON.stringify(query));
              expect(scanned).toBeLessThanOrEqual(form.rows.length);
            }
          }
        },
      ),
      { numRuns, endOnFailure: true },
    );
  });

  test(`${name}: of what looks alike, each is a value of its own, and counts once a response`, async () => {
    const given = { submittedAt: 1_000, partial: false, deleted: false, meta: {}, shard: 0 };
    const mixed = [[1, true], [true, 1, "1"], [0, false, "0", ""], [3, 3, "3"], ["a", "a"], { x: true, y: 1 }];
    const form = await settled(
      env,
      mixed.map((tags) => ({ ...given, data: { tags } })),
    );
    for (const asked of [
      { aggregate: "count", group_by: "tags" },
      { aggregate: "count_distinct", field: "tags" },
    ]) {
      const query = parseQuery(asked, fields);
      const accumulator = new Accumulator(query);
      const scanned = await scanInto(accumulator, { ...form.execution, query });
      expectSame(accumulator.finish(scanned).rows, evaluateInMemory(query, form.rows).rows, JSON.stringify(asked));
    }
  });

  test(`${name}: a page of answers longer than any text that the store can hold`, async () => {
    const given = { submittedAt: 1_000, partial: false, deleted: false, meta: {}, shard: 0 };
    const long = (i: number) => `${"ä".repeat(180_000)}${i % 10}`;
    // The first ones are short: from them nobody can tell how long a page becomes.
    const short = Array.from({ length: 230 }, (_, i) => ({ ...given, data: { name: "short", score: i } }));
    const form = await settled(env, [...short, ...Array.from({ length: 12 }, (_, i) => ({ ...given, data: { name: long(i), score: i } }))]);
    const query = parseQuery({ aggregate: "sum", field: "score", group_by: "name" }, fields);
    const accumulator = new Accumulator(query);
    expect(await scanInto(accumulator, { ...form.execution, query })).toBe(form.rows.length);
    expectSame(accumulator.finish(0).rows, evaluateInMemory(query, form.rows).rows, "long names");
  });

  test(`${name}: a list or an object where a text was asked for is no text to compare with`, async () => {
    const given = { submittedAt: 1_000, partial: false, deleted: false, meta: {}, shard: 0 };
    const held = [
      { name: ["Ada"] },
      { name: { a: 1 } },
      { name: "Ada" },
      { name: '["Ada"]' },
      { tags: [["a"], "b"] },
      { tags: [{ x: "a" }] },
    ];
    const form = await settled(
      env,
      held.map((data) => ({ ...given, data })),
    );
    for (const filter of [
      { "data.name": { $gt: "Ada" } },
      { "data.name": { $gte: "Ada" } },
      { "data.name": { $lt: "zzz" } },
      { "data.name": '["Ada"]' },
      { "data.name": { $in: ['["Ada"]', '{"a":1}'] } },
      { "data.name": { $not: { $eq: '["Ada"]' } } },
      { tags: { $gt: "A" } },
      { tags: '["a"]' },
    ]) {
      const query = parseQuery({ aggregate: "count", filter }, fields);
      const accumulator = new Accumulator(query);
      const scanned = await scanInto(accumulator, { ...form.execution, query });
      expectSame(accumulator.finish(scanned).rows, evaluateInMemory(query, form.rows).rows, JSON.stringify(filter));
    }
  });

  test(`${name}: another workspace's question finds nothing`, async () => {
    const form = await settled(env, [{ data: { name: "Ada" }, submittedAt: 1_000, partial: false, deleted: false, meta: {}, shard: 0 }]);
    const query = parseQuery({ aggregate: "count" }, fields);
    for (const [workspaceId, found] of [
      [form.execution.ctx.workspaceId, 1],
      ["ws_other", 0],
    ] as const) {
      const accumulator = new Accumulator(query);
      await scanInto(accumulator, { ...form.execution, ctx: { ...form.execution.ctx, workspaceId }, query });
      expect(accumulator.finish(0).rows[0]?.value).toBe(found);
    }
  });

  test(`${name}: a clock that has run out stops the work between two pages`, async () => {
    const form = await settled(
      env,
      Array.from({ length: 9 }, (_, i) => ({ data: {}, submittedAt: i, partial: false, deleted: false, meta: {}, shard: 0 })),
    );
    let looks = 0;
    const deadline = {
      assertTime: () => {
        looks += 1;
        if (looks > 3) throw new Error("time is up");
      },
      remainingMs: () => 1_000,
    };
    const query = parseQuery({ aggregate: "count" }, fields);
    await expect(scanInto(new Accumulator(query), { ...form.execution, deadline, query }, 2)).rejects.toThrow("time is up");
  });
}

interface Given {
  data: Record<string, unknown>;
  submittedAt: number;
  partial: boolean;
  deleted: boolean;
  meta: Record<string, unknown>;
  shard: number;
}

async function settled(env: Stores, responses: readonly Given[]) {
  const workspaceId = newId("workspace");
  const first = new FakeLedger(0, workspaceId);
  const ledgers = [first, new FakeLedger(1, workspaceId, first.formId)];
  const rows = responses.map(({ data: given, submittedAt, partial, deleted, meta, shard }): QueriedRow => {
    const data = JSON.parse(JSON.stringify(given));
    const status = partial ? "partial" : "complete";
    const id = ledgers[shard]?.write({ data, submittedAt, status, meta });
    if (deleted) ledgers[shard]?.write({ id, kind: "delete", data: null, submittedAt, status });
    return { data, submittedAt, status, meta, formVersion: 1, deletedAt: deleted ? 1 : null };
  });
  const store = openPrimaryStore(env);
  for (const ledger of ledgers) if (ledger.seq > 0) expect(await store.settle(ledger.take())).toEqual({ kind: "settled" });
  const execution = {
    ctx: { env, workspaceId },
    form: { formId: first.formId, settings: undefined },
    position: "",
    deadline: { assertTime: () => {}, remainingMs: () => 10_000 },
  } as unknown as Omit<Execution, "query">;
  return { rows, execution };
}
