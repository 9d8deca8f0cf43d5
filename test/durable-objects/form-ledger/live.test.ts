import { env, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { feedPath, listen, listenToEvents, upgrade } from "../../analytics/live-client";
import { createForm, type FormWorld } from "../../responses/support";
import { createWorld } from "../../support/world";

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test("a quiet form tells at once: the response, then the numbers with it", async () => {
  const form = await createForm();
  const listener = await listen(form, form.formId);
  expect(listener.last("metrics")).toMatchObject({ seq: 0, data: { form_id: form.formId, total_responses: 0 } });
  expect(listener.last("presence")?.data).toEqual({ listeners: 1 });
  const receipt = await form.accepted({ name: "Ada", score: 4 });
  const answered = Date.now();
  await listener.until(() => listener.last("metrics")?.seq === 1);
  const message = listener.last("response");
  expect(message).toMatchObject({ seq: 1, position: "0:1", data: { id: receipt.id, change: "accept", data: { name: "Ada", score: 4 } } });
  expect(message?.batch).toBeUndefined();
  expect((message?.at ?? Number.POSITIVE_INFINITY) - answered).toBeLessThan(400);
  expect(listener.last("metrics")?.data).toMatchObject({
    total_responses: 1,
    today_submissions: 1,
    last_submitted_at: receipt.submitted_at,
  });
});

test("edits, deletes and restores are told as changes of the same response", async () => {
  const form = await createForm();
  const listener = await listen(form, form.formId);
  const { id } = await form.accepted({ name: "Ada" });
  const path = `/api/v1/forms/${form.formId}/responses/${id}`;
  await form.call("PATCH", path, { data: { name: "Countess" } });
  await form.call("DELETE", path);
  await form.call("POST", `${path}/restore`);
  await listener.until(() => listener.last("metrics")?.seq === 4);
  expect(listener.changes.map(({ data }) => [data.change, data.status, data.data])).toEqual([
    ["accept", "complete", { name: "Ada" }],
    ["update", "complete", { name: "Countess" }],
    ["delete", "deleted", null],
    ["restore", "complete", null],
  ]);
  expect(listener.changes.every(({ data }) => data.id === id)).toBe(true);
});

test("a busy form sends at most two frames a second and leaves nothing out", async () => {
  const form = await createForm();
  const listener = await listen(form, form.formId);
  const count = 120;
  for (let sent = 0; sent < count; sent += 10) {
    await Promise.all(range(1, 10).map((i) => form.accepted({ name: `n${sent + i}` })));
  }
  await listener.until(() => listener.last("metrics")?.seq === count);
  expect(listener.seqs).toEqual(range(1, count));
  for (const type of ["response", "metrics"]) {
    const times = listener.heard.filter((message) => message.type === type && message.seq > 0).map(({ at }) => at);
    for (const [i, at] of times.slice(1).entries()) expect(at - (times[i] ?? 0)).toBeGreaterThan(300);
  }
});

describe("after a break", () => {
  test("a listener gets what it has missed, once and in order, and then what comes", async () => {
    const form = await createForm();
    const first = await listen(form, form.formId);
    await form.accepted({ name: "one" });
    await first.until(() => first.last("metrics")?.seq === 1);
    first.socket.close(1000);
    await Promise.all(range(2, 9).map((i) => form.accepted({ name: `n${i}` })));
    const again = await listen(form, form.formId, "?after_seq=1");
    expect(again.seqs).toEqual(range(2, 9));
    await form.accepted({ name: "ten" });
    await again.until(() => again.last("metrics")?.seq === 10);
    expect(again.seqs).toEqual(range(2, 10));
    expect(again.last("resync")).toBeUndefined();
  });

  test("coming and going while others submit, nothing is missed and nothing comes twice", async () => {
    const form = await createForm();
    const seen: number[] = [];
    let running = true;
    const submits = (async () => {
      for (let i = 0; i < 60; i++) await form.accepted({ name: `n${i}` });
      running = false;
    })();
    while (running) {
      const listener = await listen(form, form.formId, `?after_seq=${seen.at(-1) ?? 0}`);
      await listener.until(() => listener.changes.length > 0 || !running);
      seen.push(...listener.seqs);
      listener.socket.close(1000);
    }
    await submits;
    const last = await listen(form, form.formId, `?after_seq=0:${seen.at(-1) ?? 0}`);
    seen.push(...last.seqs);
    expect(seen).toEqual(range(1, 60));
  });

  test("who is too far behind, or ahead of everything, is told to start over", async () => {
    const form = await createForm();
    await form.accepted({ name: "one" });
    const ahead = await listen(form, form.formId, "?after_seq=99");
    expect(ahead.heard[0]).toMatchObject({ type: "resync", seq: 1, position: "0:1" });

    await form.accepted({ name: "two" });
    await form.list();
    await runInDurableObject(env.LEDGER.getByName(`${form.formId}:0`), (_, state) => {
      state.storage.sql.exec("DELETE FROM entries WHERE seq <= 1");
    });
    const behind = await listen(form, form.formId, "?after_seq=0");
    expect(behind.heard[0]).toMatchObject({ type: "resync", seq: 2 });
    expect(behind.changes).toEqual([]);
    const intact = await listen(form, form.formId, "?after_seq=1");
    expect(intact.seqs).toEqual([2]);
  });

  test("what was erased meanwhile is not shown again", async () => {
    const form = await createForm();
    const { id } = await form.accepted({ name: "Ada", email: "ada@example.com" });
    const erased = await form.call("POST", `/api/v1/forms/${form.formId}/responses/${id}/erase`);
    expect(erased.status).toBe(204);
    const listener = await listen(form, form.formId, "?after_seq=0");
    expect(listener.changes.map(({ data }) => [data.change, data.data])).toEqual([
      ["accept", null],
      ["erase", null],
    ]);
    expect(JSON.stringify(listener.heard)).not.toContain("ada@example.com");
  });
});

test("a ledger that fell asleep wakes up knowing its listeners and what they have been told", async () => {
  const form = await createForm();
  const listener = await listen(form, form.formId, "?timezone=Asia/Kolkata");
  await form.accepted({ name: "one" });
  await listener.until(() => listener.last("metrics")?.seq === 1);
  await form.list();
  await evictDurableObject(env.LEDGER.getByName(`${form.formId}:0`));
  expect(listener.closed).toBe(false);
  await form.accepted({ name: "two" });
  await listener.until(() => listener.last("metrics")?.seq === 2);
  expect(listener.seqs).toEqual([1, 2]);
  expect((await form.call("GET", `/api/v2/analytics/forms/${form.formId}/metrics`)).status).toBe(200);
  const other = await listen(form, form.formId, "?after_seq=0");
  expect(other.seqs).toEqual([1, 2]);
  expect(other.last("presence")?.data).toEqual({ listeners: 2 });
});

test("presence tells how many listen", async () => {
  const form = await createForm();
  const one = await listen(form, form.formId);
  const two = await listen(form, form.formId);
  await one.until(() => one.last("presence")?.data.listeners === 2);
  two.socket.close(1000);
  await one.until(() => one.last("presence")?.data.listeners === 1);
});

test("today is each listener's own", async () => {
  const form = await createForm();
  const listener = await listen(form, form.formId, "?timezone=Pacific/Kiritimati");
  await form.accepted({ name: "Ada" });
  await listener.until(() => listener.last("metrics")?.seq === 1);
  expect(listener.last("metrics")?.data).toMatchObject({ today_submissions: 1 });
  expect((await upgrade(form, feedPath(form.formId, "?timezone=Nowhere"))).status).toBe(422);
});

test("ping is answered", async () => {
  const form = await createForm();
  const reply = await upgrade(form, feedPath(form.formId));
  const socket = reply.webSocket;
  const pong = new Promise((resolve) => socket?.addEventListener("message", ({ data }) => data === "pong" && resolve(data)));
  socket?.accept();
  socket?.send("ping");
  expect(await pong).toBe("pong");
});

describe("server-sent events", () => {
  test("say the same, with the place to resume from as their id", async () => {
    const form = await createForm();
    const listener = await listenToEvents(form, form.formId);
    await form.accepted({ name: "one" });
    await form.accepted({ name: "two" });
    await listener.until(() => listener.last("metrics")?.seq === 2);
    expect(listener.seqs).toEqual([1, 2]);
    expect(listener.ids.at(-1)).toBe("0:2");
    listener.stop();
    await form.accepted({ name: "three" });
    const again = await listenToEvents(form, form.formId, { "Last-Event-ID": "0:2" });
    expect(again.seqs).toEqual([3]);
    again.stop();
  });

  test("who missed more than a stream holds is told a part, and hears the rest when it comes again", async () => {
    const form = await createForm({}, [{ name: "story", type: "long_text", label: "Story" }]);
    const story = "What happened then is a long story. ".repeat(400);
    await Promise.all(range(1, 100).map((i) => form.accepted({ story: `${i}: ${story}` })));
    const heard: number[] = [];
    for (let visits = 1; heard.length < 100; visits++) {
      const part = await eventsFrom(form, heard.at(-1) ?? 0);
      expect(part.length, `visit ${visits}`).toBeGreaterThan(0);
      heard.push(...part);
    }
    expect(heard).toEqual(range(1, 100));
  });
});

/** The numbers it is told of until it is told how things stand, or the stream ends. */
async function eventsFrom(form: FormWorld, after: number): Promise<number[]> {
  const reply = await form.call("GET", feedPath(form.formId, "/events"), undefined, { headers: { "Last-Event-ID": `0:${after}` } });
  const reader = (reply.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("event: metrics")) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader.cancel();
  return [...text.matchAll(/^id: 0:(\d+)\nevent: response$/gm)].map(([, seq]) => Number(seq));
}

describe("several ledgers", () => {
  test("are one feed, with a place that names each of them", async () => {
    const form = await createForm({ shards: 3 });
    const listener = await listen(form, form.formId);
    const receipts = await Promise.all(range(1, 12).map((i) => form.accepted({ name: `n${i}` })));
    await listener.until(() => listener.last("metrics")?.data.total_responses === 12 && listener.changes.length === 12);
    expect(listener.changes.map(({ data }) => data.id).sort()).toEqual(receipts.map(({ id }) => id).sort());
    const { position, seq } = listener.last("metrics") ?? { position: "", seq: 0 };
    expect(seq).toBe(12);
    listener.socket.close(1000);

    const more = await Promise.all(range(1, 6).map((i) => form.accepted({ name: `m${i}` })));
    const again = await listen(form, form.formId, `?after_seq=${position}`);
    await again.until(() => again.changes.length === 6);
    expect(again.changes.map(({ data }) => data.id).sort()).toEqual(more.map(({ id }) => id).sort());
    expect(again.last("metrics")?.data).toMatchObject({ total_responses: 18 });

    // In the middle of a batch: what came with it or after it, and nothing else.
    const half = listener.changes[5];
    const resumed = await listen(form, form.formId, `?after_seq=${half?.position}`);
    await resumed.until(() => resumed.changes.length === 12);
    const heardBefore = listener.changes.slice(0, 6).map(({ data }) => data.id);
    expect(resumed.changes.map(({ data }) => data.id).filter((id) => heardBefore.includes(id))).toEqual([]);

    const events = await listenToEvents(form, form.formId, { "Last-Event-ID": again.last("metrics")?.position ?? "" });
    expect(events.changes).toEqual([]);
    events.stop();
    const byNumber = await listen(form, form.formId, "?after_seq=5");
    expect(byNumber.heard[0]?.type).toBe("resync");
  });
});

describe("who may listen", () => {
  test("a ticket opens its form for a while, and nothing else", async () => {
    const form = await createForm();
    const issued = await form.call("POST", feedPath(form.formId, "/ticket"));
    expect(issued.status).toBe(201);
    const { ticket, expires_at } = await issued.json<{ ticket: string; expires_at: string }>();
    expect(Date.parse(expires_at) - Date.now()).toBeLessThanOrEqual(60_000);
    const opened = await upgrade(form, feedPath(form.formId, `?ticket=${ticket}`), {}, null);
    expect(opened.status).toBe(101);
    opened.webSocket?.accept();
    opened.webSocket?.close(1000);

    const other = await createForm();
    const refused = [
      await upgrade(form, feedPath(other.formId, `?ticket=${ticket}`), {}, null),
      await upgrade(form, feedPath(form.formId, `?ticket=${ticket.replace(/.$/, (c) => (c === "0" ? "1" : "0"))}`), {}, null),
      await upgrade(form, feedPath(form.formId, `?ticket=zzz`), {}, null),
      await upgrade(form, feedPath(form.formId), {}, null),
      await form.call("GET", `/api/v2/analytics/forms/${form.formId}/metrics?ticket=${ticket}`, undefined, { key: null }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
  });

  test("a session may, from our own pages; from another site's it is refused", async () => {
    const form = await createForm();
    const { cookie } = await form.member("viewer");
    const open = (origin: string) =>
      upgrade(form, feedPath(form.formId), { Cookie: cookie, "X-Workspace-Id": form.workspaceId, Origin: origin }, null);
    const own = await open("https://headwater.test");
    expect(own.status).toBe(101);
    own.webSocket?.accept();
    own.webSocket?.close(1000);
    const foreign = await open("https://evil.example");
    expect(foreign.status).toBe(403);
    expect(await foreign.json()).toMatchObject({ code: "foreign_origin" });
  });

  test("a key without read may not, and another workspace finds no such form", async () => {
    const form = await createForm();
    expect((await upgrade(form, feedPath(form.formId), {}, await form.makeKey(["submit", "write"]))).status).toBe(403);
    expect((await upgrade(await createWorld(), feedPath(form.formId))).status).toBe(404);
    expect((await form.call("GET", feedPath(form.formId))).status).toBe(422);
  });
});
