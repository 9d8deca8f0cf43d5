import { createExecutionContext, createMessageBatch, env, getQueueResult, waitOnExecutionContext } from "cloudflare:test";
import { expect, onTestFinished, test, vi } from "vitest";
import { consumeEvents } from "../../queues/events";
import { type Follower, wakeOverdueRanges } from "../../src/responses";
import { openPrimaryStore } from "../../src/store";
import { backgroundContext } from "../../src/store/background-context";
import { createForm } from "../responses/support";
import { watch } from "../support/plans";

async function consume(bodies: unknown[], followers?: Follower[], db = env.DB) {
  const batch = createMessageBatch(
    "headwater-events",
    bodies.map((body, i) => ({ id: `m${i}`, timestamp: new Date(), attempts: 1, body })),
  );
  const execution = createExecutionContext();
  await consumeEvents(batch, { ...env, DB: db }, execution, followers);
  await waitOnExecutionContext(execution);
  return getQueueResult(batch, execution);
}

async function settledForm() {
  const form = await createForm();
  await form.accepted({ name: "Ada" });
  await form.list();
  // The real queue is told too: not before it is done does a row that is put back stay.
  await vi.waitFor(async () => expect(await openPrimaryStore(env).outboxRange(form.formId, 0, 1)).toBeNull(), {
    timeout: 15_000,
    interval: 50,
  });
  return { form, pointer: { type: "entries", formId: form.formId, workspaceId: form.workspaceId, shard: 0, fromSeq: 1, toSeq: 1 } };
}

// Settling has told the queue as well; these tests put the row back to where nobody has been told yet.
async function putBack(pointer: { formId: string; workspaceId: string }) {
  await env.DB.prepare(
    "INSERT OR REPLACE INTO ledger_outbox (form_id, shard, from_seq, to_seq, workspace_id, correlation_id, created_at, sent_at) VALUES (?, 0, 1, 1, ?, 'req_of_the_respondent', 1, 1)",
  )
    .bind(pointer.formId, pointer.workspaceId)
    .run();
}

test("followers are told of a range in its own workspace, once, and then it is forgotten", async () => {
  const { pointer } = await settledForm();
  await putBack(pointer);
  const told: unknown[] = [];
  const follow: Follower = async (ctx, range) => {
    told.push([ctx.workspaceId, ctx.actor.kind, ctx.correlationId, range.fromSeq, range.toSeq]);
  };
  expect((await consume([pointer, pointer], [follow])).explicitAcks).toEqual(["m0", "m1"]);
  expect(told).toEqual([[pointer.workspaceId, "system", "req_of_the_respondent", 1, 1]]);
  expect(await openPrimaryStore(env).outboxRange(pointer.formId, 0, 1)).toBeNull();
});

test("of a form without webhooks, plugins and files, a range is read and forgotten, and nobody asks anything else", async () => {
  const { pointer } = await settledForm();
  await putBack(pointer);
  const watched = watch();
  expect((await consume([pointer], undefined, watched.db)).explicitAcks).toEqual(["m0"]);
  expect(watched.statements()).toBe(2);
});

test("a failing follower keeps its range and holds up no other", async () => {
  const [bad, good] = [await settledForm(), await settledForm()];
  await putBack(bad.pointer);
  await putBack(good.pointer);
  const follow: Follower = async (_, range) => {
    if (range.formId === bad.pointer.formId) throw new Error("no");
  };
  const result = await consume([bad.pointer, good.pointer, { type: "nonsense" }], [follow]);
  expect(result.explicitAcks).toEqual(["m1", "m2"]);
  expect(result.retryMessages).toEqual([{ msgId: "m0" }]);
  expect(await openPrimaryStore(env).outboxRange(bad.pointer.formId, 0, 1)).not.toBeNull();
});

test("the sweep sends again what nobody has finished", async () => {
  const { pointer } = await settledForm();
  await putBack(pointer);
  const sent: unknown[] = [];
  const queue = { sendBatch: async (messages: Iterable<{ body: unknown }>) => sent.push(...[...messages].map(({ body }) => body)) };
  const ctx = backgroundContext({ ...env, EVENTS: queue as unknown as Queue }, createExecutionContext(), "req_1");
  await wakeOverdueRanges(ctx);
  expect(sent).toContainEqual({ ...pointer, correlation_id: "req_of_the_respondent" });
  expect(await openPrimaryStore(env).outboxRange(pointer.formId, 0, 1)).toMatchObject({ attempts: 2 });
});

test("what an outage has left is sent in one sweep, each range once, and not again while the queue works it off", async () => {
  const { formId, workspaceId } = await createForm();
  // Whoever sweeps after this test would have them all told.
  onTestFinished(async () => void (await env.DB.prepare("DELETE FROM ledger_outbox WHERE form_id = ?").bind(formId).run()));
  await env.DB.prepare(
    `WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 1200)
     INSERT INTO ledger_outbox (form_id, shard, from_seq, to_seq, workspace_id, created_at, sent_at) SELECT ?, 0, seq, seq, ?, 1, 1 FROM n`,
  )
    .bind(formId, workspaceId)
    .run();
  const sent: number[] = [];
  const queue = {
    sendBatch: async (messages: Iterable<{ body: { formId: string; fromSeq: number } }>) => {
      for (const { body } of messages) if (body.formId === formId) sent.push(body.fromSeq);
    },
  };
  const ctx = backgroundContext({ ...env, EVENTS: queue as unknown as Queue }, createExecutionContext(), "req_1");
  const now = ctx.now();
  await wakeOverdueRanges(ctx);
  expect(sent.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1_200 }, (_, i) => i + 1));
  await wakeOverdueRanges({ ...ctx, now: () => now + 60_000 });
  expect(sent).toHaveLength(1_200);
});

test("a form whose follower is slow keeps no other form waiting; its own ranges stay in order", async () => {
  const [slow, quick] = [await settledForm(), await settledForm()];
  const second = { ...slow.pointer, fromSeq: 2, toSeq: 2 };
  await putBack(slow.pointer);
  await putBack(quick.pointer);
  await env.DB.prepare(
    "INSERT INTO ledger_outbox (form_id, shard, from_seq, to_seq, workspace_id, created_at, sent_at) VALUES (?, 0, 2, 2, ?, 1, 1)",
  )
    .bind(second.formId, second.workspaceId)
    .run();
  const told: string[] = [];
  const { promise: quickIsTold, resolve } = Promise.withResolvers<void>();
  const follower: Follower = async (_, { formId, fromSeq }) => {
    if (formId === quick.pointer.formId) resolve();
    else await quickIsTold;
    told.push(formId === quick.pointer.formId ? "quick" : `slow ${fromSeq}`);
  };
  const { outcome } = await consume([slow.pointer, second, quick.pointer], [follower]);
  expect(outcome).toBe("ok");
  expect(told).toEqual(["quick", "slow 1", "slow 2"]);
});
