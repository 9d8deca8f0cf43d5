import { env, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { GROUPS, MergedFeed } from "../../../durable-objects/form-feed/merged";
import { Places } from "../../../durable-objects/form-feed/places";
import { Waker } from "../../../durable-objects/form-ledger/live/waker";
import { createLogger } from "../../../src/shared/log";
import { feedPath, listen, listenToEvents, upgrade } from "../../analytics/live-client";
import { createForm, type FormWorld } from "../../responses/support";

const SHARDS = 3;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const submit = async (form: FormWorld, count: number, name: string) =>
  (await Promise.all(range(1, count).map((i) => form.accepted({ name: `${name}${i}` })))).map(({ id }) => id).toSorted();
const ids = (heard: { changes: { data: Record<string, unknown> }[] }) => heard.changes.map(({ data }) => String(data.id)).toSorted();
const ledger = (form: FormWorld, shard: number) => env.LEDGER.getByName(`${form.formId}:${shard}`);

test("feed and ledgers fall asleep and go on without a gap or a repeat", async () => {
  const form = await createForm({ shards: SHARDS });
  const listener = await listen(form, form.formId, "?timezone=Asia/Kolkata");
  const before = await submit(form, 9, "before");
  await listener.until(() => listener.changes.length >= 9 && listener.last("metrics")?.seq === 9);
  await form.list();
  await evictDurableObject(env.FEEDS.getByName(form.formId));
  for (const shard of range(0, SHARDS - 1)) await evictDurableObject(ledger(form, shard));
  expect(listener.closed).toBe(false);
  const after = await submit(form, 9, "after");
  await listener.until(() => listener.last("metrics")?.seq === 18);
  expect(ids(listener)).toEqual([...before, ...after].toSorted());
  const again = await listen(form, form.formId, "?after_seq=0:0,1:0,2:0");
  expect(ids(again)).toEqual(ids(listener));
  expect(again.last("presence")?.data).toEqual({ listeners: 2 });
});

test("a busy form sends at most two frames a second and leaves nothing out", async () => {
  const form = await createForm({ shards: SHARDS });
  const listener = await listen(form, form.formId);
  const sent: string[] = [];
  for (const i of range(1, 8)) sent.push(...(await submit(form, 10, `n${i}.`)));
  await listener.until(() => listener.last("metrics")?.seq === 80);
  expect(ids(listener)).toEqual(sent.toSorted());
  for (const type of ["response", "metrics"]) {
    const times = listener.heard.filter((message) => message.type === type && message.seq > 0).map(({ at }) => at);
    for (const [i, at] of times.slice(1).entries()) expect(at - (times[i] ?? 0)).toBeGreaterThan(300);
  }
  // Each place is one further than the one before.
  expect(listener.seqs).toEqual(range(1, 80));
});

test("of many listeners each hears everything once, also when the feed has slept in between", async () => {
  const form = await createForm({ shards: SHARDS });
  const listeners = await Promise.all(range(1, 130).map(() => listen(form, form.formId)));
  const sent: string[] = [];
  const rush = async (name: string) => {
    for (const i of range(1, 10)) sent.push(...(await submit(form, 4, `${name}${i}.`)));
    for (const listener of listeners) if (!listener.closed) await listener.until(() => listener.last("metrics")?.seq === sent.length);
  };
  await rush("before");
  await form.list();
  await evictDurableObject(env.FEEDS.getByName(form.formId));
  for (const listener of listeners.splice(0, 20)) listener.socket.close(1000);
  await rush("after");
  for (const listener of listeners) {
    await listener.until(() => listener.last("presence")?.data.listeners === 110);
    expect(ids(listener)).toEqual(sent.toSorted());
  }
});

test("coming and going while others submit, nothing is missed and nothing comes twice", async () => {
  const form = await createForm({ shards: SHARDS });
  const steady = await listen(form, form.formId);
  const heard: string[] = [];
  let position = "0:0,1:0,2:0";
  const submitting = (async () => {
    for (const i of range(1, 12)) await submit(form, 5, `n${i}.`);
  })();
  while (heard.length < 60) {
    const listener = await listen(form, form.formId, `?after_seq=${position}`);
    await listener.until(() => listener.changes.length > 0 || heard.length >= 60);
    listener.socket.close(1000);
    heard.push(...listener.changes.map(({ data }) => String(data.id)));
    position = listener.changes.at(-1)?.position ?? position;
  }
  await submitting;
  await steady.until(() => steady.changes.length >= 60);
  expect(heard.toSorted()).toEqual(ids(steady));
  expect(new Set(heard).size).toBe(60);
});

test("who hangs up before it has been told anything is not counted", async () => {
  const form = await createForm({ shards: SHARDS });
  const steady = await listen(form, form.formId);
  await Promise.all(
    range(1, 5).map(async () => {
      const { webSocket } = await upgrade(form, feedPath(form.formId));
      webSocket?.accept();
      webSocket?.close(1000);
    }),
  );
  await submit(form, 1, "n");
  await steady.until(() => steady.last("metrics")?.seq === 1 && steady.last("presence")?.data.listeners === 1);
  const late = await listen(form, form.formId);
  expect(late.last("presence")?.data).toEqual({ listeners: 2 });
});

test("who is too far behind in one ledger is told to start over, and who is not hears the rest", async () => {
  const form = await createForm({ shards: SHARDS });
  await submit(form, 12, "n");
  await form.list();
  await runInDurableObject(ledger(form, 1), (_, state) => {
    state.storage.sql.exec("DELETE FROM entries WHERE seq <= 1");
  });
  const steady = await listen(form, form.formId);
  const behind = await listen(form, form.formId, "?after_seq=0:0,1:0,2:0");
  expect(behind.heard[0]?.type).toBe("resync");
  const intact = await listen(form, form.formId, "?after_seq=0:0,1:1,2:0");
  expect(intact.changes).toHaveLength(11);
  expect([steady.changes, steady.last("resync")]).toEqual([[], undefined]);
});

test("what was erased meanwhile is not shown again; server-sent events say the same", async () => {
  const form = await createForm({ shards: SHARDS });
  const { id } = await form.accepted({ name: "Ada", email: "ada@example.com" });
  expect((await form.call("POST", `/api/v1/forms/${form.formId}/responses/${id}/erase`)).status).toBe(204);
  const listener = await listen(form, form.formId, "?after_seq=0:0,1:0,2:0");
  expect(listener.changes.map(({ data }) => [data.change, data.data])).toEqual([
    ["accept", null],
    ["erase", null],
  ]);
  const events = await listenToEvents(form, form.formId, { "Last-Event-ID": "0:0,1:0,2:0" });
  expect(events.changes.map(({ data, position }) => ({ data, position }))).toEqual(
    listener.changes.map(({ data, position }) => ({ data, position })),
  );
  events.stop();
});

test("a ledger that cannot be read is asked again, and who has come is told how things stand", async () => {
  let reads = 0;
  let complaints = 0;
  const follow = async () => {
    reads += 1;
    if (reads === 1) throw new Error("gone for a moment");
    return { head: 0, floor: 0, items: [], totals: [] };
  };
  const heard = await runInDurableObject(env.FEEDS.getByName("frm_unread"), async (_, state) => {
    const feed = new MergedFeed("frm_unread", new Places(state.storage, GROUPS), state, {
      ledger: () => ({ follow }),
      now: Date.now,
      failed: () => {
        complaints += 1;
      },
    });
    const { body } = feed.open("events", { zone: "UTC", shards: "1" });
    let text = "";
    for await (const chunk of (body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes("event: presence")) break;
    }
    return text;
  });
  expect(heard).toMatch(/event: metrics.*"listeners":1/s);
  expect([reads, complaints]).toEqual([2, 1]);
});

test("once nobody listens, ledgers are told to be quiet", async () => {
  const form = await createForm({ shards: SHARDS });
  const listener = await listen(form, form.formId);
  const followed = () =>
    runInDurableObject(
      ledger(form, 0),
      (_, { storage }) => storage.sql.exec("SELECT value FROM facts WHERE name = 'followed'").one().value,
    );
  expect(await followed()).toBe(1);
  listener.socket.close(1000);
  await expect
    .poll(async () => {
      await submit(form, 6, "n");
      return followed();
    })
    .toBe(0);
});

describe("a ledger that is followed", () => {
  const facts = (followed: number | null) => {
    const kept = new Map([["followed", followed]]);
    return {
      kept,
      fact: (() => kept.get("followed") ?? null) as never,
      setFact: (_: string, value: string | number) => kept.set("followed", Number(value)) as never,
    };
  };
  const deps = (wake: () => Promise<boolean>) => ({ wake, now: Date.now, log: createLogger({}) });

  test("wakes the feed when it starts: what was committed before a crash may not have been told", async () => {
    let woken = 0;
    const count = async () => {
      woken += 1;
      return true;
    };
    new Waker(facts(null), deps(count)).changed();
    new Waker(facts(1), deps(count));
    await expect.poll(() => woken).toBe(1);
  });

  test("is woken once until the feed has come to read, and again by whatever comes after that", async () => {
    let woken = 0;
    let now = 1_000_000;
    const wake = async () => {
      woken += 1;
      return true;
    };
    const waker = new Waker(facts(null), { wake, now: () => now, log: createLogger({}) });
    waker.read();
    waker.changed();
    await expect.poll(() => woken).toBe(1);
    waker.changed();
    waker.changed();
    waker.read();
    waker.changed();
    await expect.poll(() => woken).toBe(2);
    // It was woken and never came.
    now += 60_000;
    waker.changed();
    await expect.poll(() => woken).toBe(3);
  });

  test("forgets nobody who begins to follow while it is told that nobody does", async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const disk = facts(1);
    let woken = 0;
    const waker = new Waker(
      disk,
      deps(() => {
        woken += 1;
        return woken === 1 ? promise : Promise.resolve(false);
      }),
    );
    await expect.poll(() => woken).toBe(1);
    waker.read();
    resolve(false);
    await promise;
    expect(disk.kept.get("followed")).toBe(1);
    waker.changed();
    await expect.poll(() => [woken, disk.kept.get("followed")]).toEqual([2, 0]);
  });
});
