import { env } from "cloudflare:test";
import { expect, test } from "vitest";

test("versions of tags are looked up by key, never by reading the table", async () => {
  const { results } = await env.DB.prepare(
    "EXPLAIN QUERY PLAN SELECT tag, version FROM cache_tags WHERE tag IN (SELECT value FROM json_each(?1))",
  )
    .bind('["a","b"]')
    .all<{ detail: string }>();
  const plan = results.map(({ detail }) => detail).join("\n");
  expect(plan).toContain("SEARCH cache_tags USING PRIMARY KEY (tag=?)");
  expect(plan).not.toContain("SCAN cache_tags");
});
