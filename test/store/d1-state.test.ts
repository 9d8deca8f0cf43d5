import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { openD1Store } from "../../src/store/d1";
import { listStatement } from "../../src/store/d1/responses";
import { MARKS_AT, numbersStatement, openD1State, totalsStatement, valuesStatement } from "../../src/store/d1/state";
import { describeStateStore } from "./state-conformance";

describeStateStore("D1", { open: () => openD1Store(env.DB), openState: () => openD1State(env.DB) });

const query = { workspaceId: "ws_1", formId: "frm_1" };
const asOf = [[0, 1]] as const;
const list = { ...query, asOf, descending: true, limit: 10 };

test.for([
  ["totals then", totalsStatement({ ...query, asOf }, 0, 1)],
  ["numbers now", numbersStatement({ ...query, asOf: null }, "score", 1, 10)],
  ["numbers then", numbersStatement({ ...query, asOf }, "score", null, 10)],
  ["values now", valuesStatement({ ...query, asOf: null }, "score", [0, 1], 10)],
  ["values then", valuesStatement({ ...query, asOf }, "score", [0, 1], 10)],
  ["the list then", listStatement(list)],
  ["the place at a time", { sql: MARKS_AT, values: ["frm_1", 1] }],
] as const)("%s are found through indexes, never by scanning a table", async ([, { sql, values }]) => {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  const plan = results.map(({ detail }) => detail).join("\n");
  expect(plan).toMatch(/USING .*INDEX|PRIMARY KEY/);
  expect(plan).not.toMatch(/SCAN (responses|[erdnwl])\b/);
});
