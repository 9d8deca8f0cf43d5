// Every query the product makes of the bulk tables walks an index: a plan that scans a table is a page that gets slower every day.
import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { OUTBOX_RANGE, OVERDUE_OUTBOX } from "../../src/store/d1/outbox";
import { CHAIN, CHANGED_ROWS, ERASURES, GET_RESPONSE, listStatement, RESPONSE_ENTRIES, RESPONSES_AT } from "../../src/store/d1/responses";
import { SETTLE_STATEMENTS } from "../../src/store/d1/settle";

async function planOf(sql: string, parameters: number): Promise<string[]> {
  const values = Array.from({ length: parameters }, () => "1");
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail);
}

function parametersOf(sql: string): number {
  return Math.max(0, ...[...sql.matchAll(/\?(\d+)/g)].map(([, n]) => Number(n)));
}

const list = { workspaceId: "ws_1", formId: "frm_1", descending: true, limit: 100 };
const after = [1, 1, 0] as const;
const condition = { op: "compare", field: { in: "data", path: ["city"], kind: "text" }, by: "eq", value: "Rome" } as const;

test.for([
  ["everything", listStatement(list), "responses_by_time", false],
  ["oldest first", listStatement({ ...list, descending: false }), "responses_by_time", false],
  ["next page", listStatement({ ...list, after }), "responses_by_time", false],
  ["a time range", listStatement({ ...list, createdAfter: 1, createdBefore: 2 }), "responses_by_time", false],
  ["a status", listStatement({ ...list, status: "partial", after }), "responses_by_status", false],
  ["deleted ones", listStatement({ ...list, status: "deleted", after }), "responses_deleted", false],
  ["filtered", listStatement({ ...list, condition }), "responses_by_time", false],
] as const)("list of %s", async ([, { sql, values }, index]) => {
  const plan = await planOf(sql, values.length);
  expect(plan[0]).toContain(index);
  // In the order of the index: nothing is sorted, so a page costs a page.
  expect(plan.join("\n")).not.toMatch(/USE TEMP B-TREE|SCAN responses\b/);
});

test("a search goes through the words and never through the table", async () => {
  const { sql, values } = listStatement({ ...list, words: ["ada"] });
  const plan = (await planOf(sql, values.length)).join("\n");
  expect(plan).toContain("VIRTUAL TABLE INDEX");
  expect(plan).not.toMatch(/SCAN responses\b/);
});

test.for([
  ["one response", GET_RESPONSE],
  ["its history", RESPONSE_ENTRIES],
  ["the chain", CHAIN],
  ["some responses", RESPONSES_AT],
  ["changed responses", CHANGED_ROWS],
  ["erasures", ERASURES],
  ["an outbox row", OUTBOX_RANGE],
  ["overdue outbox rows", OVERDUE_OUTBOX],
  ...Object.entries(SETTLE_STATEMENTS),
] as [string, string][])("%s", async ([, sql]) => {
  const plan = await planOf(sql, parametersOf(sql));
  const scans = plan.filter((detail) => /^SCAN /.test(detail) && !/VIRTUAL TABLE|CONSTANT ROW/.test(detail));
  expect(scans).toEqual([]);
});

// Through (form_id) they would look at every response of the form for each one that changed.
test.for(["KEEP_OLD_DATA", "FORGET_WORDS", "INDEX_WORDS"] as const)("%s goes from the changed ones to their rows by id", async (name) => {
  const sql = SETTLE_STATEMENTS[name];
  const plan = await planOf(sql, parametersOf(sql));
  expect(plan.find((detail) => detail.startsWith("SEARCH r "))).toContain("(id=?)");
});
