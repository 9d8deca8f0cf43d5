// Every statement of a question walks an index, also with its range of time in it: a page must cost a page.
import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import type { Walk } from "../../src/store";
import { outlookStatement, readStatement, rollupStatement, stepStatement, totalStatement } from "../../src/store/d1/questions";
import type { Statement } from "../../src/store/d1/responses";

const everything: Walk = { workspaceId: "ws_1", formId: "frm_1", status: null, after: null, upTo: null };
const page: Walk = { ...everything, status: "complete", after: [1, 2, 0], upTo: [9, 2, 0] };
const condition = { op: "compare", field: { in: "data", path: ["city"], kind: "text" }, by: "eq", value: "Rome" } as const;
const city = { in: "data", path: ["city"], kind: "text" } as const;
const tags = { in: "data", path: ["tags"], kind: "list" } as const;
const size = { in: "data", path: ["size"], kind: "number" } as const;
const BY_STATUS = "responses_by_status (form_id=? AND status=?";

async function planOf({ sql, values }: Statement): Promise<string> {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail).join("\n");
}

test.for([
  ["a count", totalStatement(everything, { part: "rows", condition }), "responses_by_time (form_id=?)"],
  ["a page of one status", totalStatement(page, { part: "rows", condition }), `${BY_STATUS} AND (submitted_at,seq,shard)>(?,?,?)`],
  ["a page added up", totalStatement(page, { part: "sum", condition, field: size, counted: "numbers" }), BY_STATUS],
  ["a reading", readStatement(page, condition, [city, tags]), BY_STATUS],
  ["an outlook", outlookStatement(page, condition, [city]), BY_STATUS],
  ["a step", stepStatement(page, 10), "INDEX responses_by_status (form_id=? AND status=? AND (submitted_at,seq,shard)>"],
  ["a step through everything", stepStatement(everything, 10), "INDEX responses_by_time (form_id=?)"],
] as const)("%s", async ([, statement, index]) => {
  const plan = await planOf(statement);
  expect(plan).toContain(index);
  expect(plan).not.toMatch(/SCAN r\b|SCAN responses\b/);
});

test("an outlook, a step and a reading sort nothing", async () => {
  for (const statement of [outlookStatement(page, condition, [city]), stepStatement(page, 10), readStatement(page, condition, [city])])
    expect(await planOf(statement)).not.toContain("TEMP B-TREE");
});

test.for([
  ["whole responses", { field: "", values: "answered" }],
  ["days of a field", { field: "n", values: "answered", from: "2026-01-01", to: "2026-02-01", by: ["day"] }],
  ["values", { field: "city", values: "given", by: ["value"] }],
  ["some values", { field: "city", values: ["Rome", "Oslo"], from: "2026-01-01" }],
] as const)("roll-ups: %s", async ([, over]) => {
  const plan = await planOf(rollupStatement({ formId: "frm_1", from: null, to: null, by: [], ...over }));
  expect(plan).toContain("SEARCH response_rollups USING PRIMARY KEY (form_id=? AND field=?");
  expect(plan).not.toContain("SCAN response_rollups");
});
