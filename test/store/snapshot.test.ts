import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { openD1Store } from "../../src/store/d1";
import { asTheyStoodStatement, countStatement, openD1Snapshot, touchedStatement, untouchedStatement } from "../../src/store/d1/snapshot";
import { describeSnapshotStore } from "./snapshot-conformance";

describeSnapshotStore("D1", { open: () => openD1Store(env.DB), openSnapshot: () => openD1Snapshot(env.DB), runs: 40 });

const query = { workspaceId: "ws_1", formId: "frm_1", marks: [[0, 5]] as const, descending: false };

test.for([
  ["the first page", untouchedStatement(query, null, 10)],
  ["a later page, newest first", untouchedStatement({ ...query, descending: true }, [1, 1, 0], 10)],
  ["a page of a search", untouchedStatement({ ...query, words: ["ada"] }, null, 10)],
  ["the count", countStatement(query)],
  ["what was touched", touchedStatement(query, [[0, 5]], 10)],
  ["how it stood", asTheyStoodStatement(query, ["rsp_1"])],
] as const)("%s is found through indexes, and pages are not sorted", async ([what, { sql, values }]) => {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  const plan = results.map(({ detail }) => detail).join("\n");
  expect(plan).toMatch(/USING .*INDEX|PRIMARY KEY/);
  expect(plan).not.toMatch(/SCAN (responses|[erdnw])\b/);
  if (what.includes("page")) expect(plan).not.toContain("TEMP B-TREE");
});
