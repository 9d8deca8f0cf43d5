import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { openD1Store } from "../../src/store/d1";
import { ANSWERED, DAILY_TOTALS, ORIGINS, openD1Counts, SUMS } from "../../src/store/d1/counts";
import { describeCountStore } from "./counts-conformance";

describeCountStore("D1", { open: () => openD1Store(env.DB), openCounts: () => openD1Counts(env.DB) });

test.for([
  ["totals by day", DAILY_TOTALS, ["[]", "2026-01-01"]],
  ["sums", SUMS, ["frm_1", "[]", "2026-01-01", "2026-01-02"]],
  ["answered", ANSWERED, ["frm_1", "[]", "2026-01-01", "2026-01-02"]],
  ["origins", ORIGINS, ["ws_1", "frm_1", "[]", 10]],
] as const)("%s are found through indexes", async ([, sql, values]) => {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  const plan = results.map(({ detail }) => detail).join("\n");
  expect(plan).toMatch(/SEARCH r USING/);
  expect(plan).not.toMatch(/SCAN r\b/);
});
