// Whatever is asked of whatever was answered: every plan says what the plain evaluation over the same responses says.
import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluateInMemory, type QueriedRow } from "../../../src/analytics/query/evaluate";
import { countedFields } from "../../../src/analytics/query/fields";
import { parseQuery } from "../../../src/analytics/query/parse";
import { planQuery } from "../../../src/analytics/query/plan";
import { viewOf } from "../../../src/analytics/query/view";
import { describeFields, type FormSchema } from "../../../src/forms";
import { answers, expectSame, FIELDS, question } from "./generated";
import { createAsked } from "./support";

const fields = describeFields({ fields: FIELDS } as FormSchema);

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("accept" as const), data: answers, partial: fc.boolean(), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("edit" as const), data: answers, at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), at: fc.nat() }) },
);

test("live, roll-up and scan agree with the plain evaluation, through the whole of Headwater", { timeout: 240_000 }, async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 10 }),
      fc.array(question, { minLength: 20, maxLength: 30 }),
      fc.constantFrom(1, 2),
      async (steps, questions, shards) => {
        const form = await createAsked(FIELDS, { shards });
        const rows = new Map<string, QueriedRow>();
        for (const { at, ...what } of steps) {
          if (what.do === "accept") {
            const country = ["IT", "NO", undefined][at % 3];
            const body = { status: what.partial ? "partial" : "complete" };
            const headers: Record<string, string> = country === undefined ? {} : { "cf-ipcountry": country };
            const receipt = await form.accepted(plain(what.data), { body, headers });
            rows.set(receipt.id, {
              submittedAt: Date.parse(receipt.submitted_at),
              status: body.status as "partial",
              formVersion: 1,
              deletedAt: null,
              data: receipt.data,
              meta: {},
            });
          } else {
            const [id, row] = [...rows][at % Math.max(1, rows.size)] ?? [];
            if (id === undefined || row === undefined || row.deletedAt !== null) continue;
            if (what.do === "delete") {
              await form.remove(id);
              row.deletedAt = 1;
            } else {
              const reply = await form.edit(id, plain(what.data));
              expect(reply.status, await reply.clone().text()).toBe(200);
              row.data = (await reply.json<{ data: Record<string, unknown> }>()).data;
            }
          }
        }
        for (const listed of [...(await form.list("?limit=1000")).responses]) {
          const row = rows.get(listed.id);
          if (row !== undefined) row.meta = listed.meta;
        }
        for (const query of questions) {
          const parsed = parseQuery(query, fields);
          const expected = viewOf(parsed, evaluateInMemory(parsed, rows.values()).rows);
          const answer = await form.ask(query);
          seen.set(answer.meta.plan, (seen.get(answer.meta.plan) ?? 0) + 1);
          expectSame({ data: answer.data, rows: answer.rows }, expected, JSON.stringify(query));
        }
      },
    ),
    { numRuns: 12, endOnFailure: true },
  );
  expect([...seen.keys()].sort()).toEqual(["live", "rollup", "scan"]);
});

test("the planner takes counters for what they know, and never for what they do not", () => {
  const counted = countedFields(fields, new Set(["stars"]));
  const plan = (query: unknown) => planQuery(parseQuery(query, fields), { counted, entries: 10, columns: false }).plan;
  expect(plan({ aggregate: "count" })).toBe("live");
  expect(plan({ aggregate: "count", field: "name" })).toBe("live");
  expect(plan({ aggregate: "count", group_by: "tags" })).toBe("live");
  expect(plan({ aggregate: "count", group_by: "service.speed" })).toBe("live");
  expect(plan({ aggregate: "count", filter: { tags: "a" } })).toBe("live");
  expect(plan({ aggregate: "count_distinct", field: "department" })).toBe("live");
  expect(plan({ aggregate: "avg", field: "score" })).toBe("rollup");
  expect(plan({ aggregate: "count", filter: { submitted_at: { $gte: "2026-01-01", $lt: "2026-02-01" } } })).toBe("rollup");
  expect(plan({ aggregate: "count", group_by: ["department", { field: "submitted_at", by: "month" }] })).toBe("rollup");
  // Two values of which one response may have both; a part of a day; days elsewhere; answers of an older kind; what is left of partial ones.
  expect(plan({ aggregate: "count", filter: { tags: { $in: ["a", "b"] } } })).toBe("scan");
  expect(plan({ aggregate: "count", filter: { submitted_at: { $gte: "2026-01-01T01:00:00Z" } } })).toBe("scan");
  expect(plan({ aggregate: "count", group_by: { field: "submitted_at", by: "day", timezone: "Europe/London" } })).toBe("scan");
  expect(plan({ aggregate: "count", group_by: "stars" })).toBe("scan");
  expect(plan({ aggregate: "sum", field: "score", filter: { status: "partial" } })).toBe("scan");
  expect(plan({ aggregate: "count", group_by: "department", filter: { agree: true } })).toBe("scan");
  expect(plan({ aggregate: "count", group_by: "name" })).toBe("scan");
});

function plain(data: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(data));
}
