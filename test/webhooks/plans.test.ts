// Every query that is asked for each delivery, each minute or each page walks an index.
import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { ADD_DELIVERIES, REPLAY_DELIVERIES } from "../../src/webhooks/events/deliveries";
import { MOVE_CURSORS } from "../../src/webhooks/events/fan-out";
import * as forget from "../../src/webhooks/forget-old";
import * as lane from "../../src/webhooks/lane/store";
import { START_OVER } from "../../src/webhooks/records/deliveries";
import { COUNT_WAITING, NEWEST_DURATIONS } from "../../src/webhooks/records/metrics";
import { OVERDUE_LANES, UNTOLD_EVENTS } from "../../src/webhooks/sweep";

const STATEMENTS: Record<string, string> = {
  ...Object.fromEntries(Object.entries(lane).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : []))),
  FORGET_ATTEMPTS: forget.FORGET_ATTEMPTS,
  FORGET_DELIVERIES: forget.FORGET_DELIVERIES,
  FORGET_EVENTS: forget.FORGET_EVENTS,
  ADD_DELIVERIES,
  REPLAY_DELIVERIES,
  MOVE_CURSORS,
  START_OVER,
  COUNT_WAITING,
  NEWEST_DURATIONS,
  UNTOLD_EVENTS,
};

async function planOf(sql: string): Promise<string[]> {
  const most = Math.max(0, ...[...sql.matchAll(/\?(\d+)/g)].map(([, n]) => Number(n)));
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...Array.from({ length: most }, () => "1"))
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail);
}

test.each(Object.entries(STATEMENTS))("%s", async (_, sql) => {
  const plan = (await planOf(sql)).join("\n");
  // What is walked whole is the JSON that was bound, the forms of one endpoint, or a single made-up row.
  expect(plan).not.toMatch(/SCAN (?!e\b|json_each\b|forms\b|CONSTANT ROW)/);
});

test("what is due comes from the index in its order; nothing is sorted", async () => {
  for (const sql of [lane.DUE, lane.FIRST_OF_FORM, UNTOLD_EVENTS, NEWEST_DURATIONS]) {
    expect((await planOf(sql)).join("\n")).not.toContain("TEMP B-TREE");
  }
  expect((await planOf(lane.DUE)).join("\n")).toContain("webhook_deliveries_due");
  expect((await planOf(lane.FIRST_OF_FORM)).join("\n")).toContain("webhook_deliveries_in_order");
});

test("the nightly end of what waits walks the endpoints, and of each what waits", async () => {
  const plan = (await planOf(forget.EXPIRE_WAITING)).join("\n");
  expect(plan).toMatch(/SCAN w\b/);
  expect(plan).not.toMatch(/SCAN (?:d|webhook_deliveries)\b/);
});

test("the sweep looks once at the index for each endpoint", async () => {
  const plan = (await planOf(OVERDUE_LANES)).join("\n");
  expect(plan).toContain("webhook_deliveries_due");
  expect(plan).not.toMatch(/SCAN (?:d|webhook_deliveries)\b/);
});
