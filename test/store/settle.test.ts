import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { newId } from "../../src/shared/ids";
import { openPrimaryStore, type SettleBatch } from "../../src/store";

const store = openPrimaryStore(env);

function batchOf(formId: string, fromSeq: number, toSeq: number): SettleBatch {
  const seqs = Array.from({ length: toSeq - fromSeq + 1 }, (_, i) => fromSeq + i);
  const common = { formVersion: 1, status: "complete" as const, submittedAt: 1_000, dataHash: "d" };
  return {
    formId,
    workspaceId: "ws_1",
    shard: 0,
    fromSeq,
    toSeq,
    hash: `h${toSeq}`,
    rows: seqs.map((seq) => ({
      ...common,
      id: `${formId}-${seq}`,
      seq,
      lastSeq: seq,
      dataSeq: seq,
      startedAt: null,
      durationMs: null,
      updatedAt: 1_000,
      deletedAt: null,
      erasedAt: null,
      meta: "{}",
      data: JSON.stringify({ name: `it's "${seq}" \\ ü 𝄞`, nested: [1, { a: null }] }),
    })),
    entries: seqs.map((seq) => ({
      ...common,
      seq,
      responseId: `${formId}-${seq}`,
      kind: "accept",
      at: 1_000,
      salt: "s",
      hash: `h${seq}`,
      audit: null,
      correlationId: "req_1",
      data: null,
    })),
    rollups: [{ day: "2026-01-01", field: "", value: "", count: seqs.length, sum: 0, min: null, max: null, loose: false }],
    correlationId: "req_1",
    now: 2_000,
  };
}

async function countOf(formId: string) {
  const [rows, entries, rollup, outbox] = await env.DB.batch<{ n: number }>(
    ["responses", "response_entries", "ledger_outbox"]
      .map((table) => env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE form_id = ?`).bind(formId))
      .toSpliced(2, 0, env.DB.prepare("SELECT coalesce(sum(count), 0) AS n FROM response_rollups WHERE form_id = ?").bind(formId)),
  );
  return [rows, entries, rollup, outbox].map((result) => result?.results[0]?.n);
}

test("a settle that is repeated, or cut differently, writes nothing the second time", async () => {
  const formId = newId("form");
  expect(await store.settle(batchOf(formId, 1, 3))).toEqual({ kind: "settled" });
  expect(await store.settle(batchOf(formId, 1, 3))).toEqual({ kind: "behind", watermark: 3 });
  expect(await store.settle(batchOf(formId, 1, 5))).toEqual({ kind: "behind", watermark: 3 });
  expect(await store.settle(batchOf(formId, 5, 5))).toEqual({ kind: "behind", watermark: 3 });
  expect(await countOf(formId)).toEqual([3, 3, 3, 1]);
  expect(await store.settle(batchOf(formId, 4, 5))).toEqual({ kind: "settled" });
  expect(await countOf(formId)).toEqual([5, 5, 5, 2]);
  expect(await store.marks(formId)).toEqual([{ shard: 0, seq: 5, hash: "h5" }]);
});

test("two settles of the same range at the same moment are one", async () => {
  const formId = newId("form");
  const results = await Promise.all([1, 2, 3, 4].map(() => store.settle(batchOf(formId, 1, 10))));
  expect(results.filter(({ kind }) => kind === "settled")).toHaveLength(1);
  expect(await countOf(formId)).toEqual([10, 10, 10, 1]);
});

test("answers come back as they went in, whatever is in them", async () => {
  const formId = newId("form");
  await store.settle(batchOf(formId, 1, 1));
  const row = await store.getResponse("ws_1", formId, `${formId}-1`);
  expect(row?.data).toEqual({ name: `it's "1" \\ ü 𝄞`, nested: [1, { a: null }] });
  expect(await store.getResponse("ws_2", formId, `${formId}-1`)).toBeNull();
  expect(await store.entries("ws_2", formId, 0, 0, 10)).toEqual([]);
});

test("a batch of a thousand entries fits", async () => {
  const formId = newId("form");
  expect(await store.settle(batchOf(formId, 1, 1_000))).toEqual({ kind: "settled" });
  expect((await store.listResponses({ workspaceId: "ws_1", formId, descending: false, limit: 1_000 })).length).toBe(1_000);
});
