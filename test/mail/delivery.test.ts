import {
  createExecutionContext,
  createMessageBatch,
  createScheduledController,
  env,
  getQueueResult,
  waitOnExecutionContext,
} from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import worker from "../../src/index";
import { deliverMail, forgetOldMail, prepareMail, sendMail, wakeOverdueMail } from "../../src/mail";
import { BACKOFF_MS } from "../../src/mail/rules";
import type { ServiceContext } from "../../src/shared/context";
import { createLogger } from "../../src/shared/log";
import { testContext } from "../support/context";

const RESEND = { MAIL_TRANSPORT: "resend", MAIL_HTTP_KEY: "re_test" };
const MINUTE = 60_000;

afterEach(() => vi.restoreAllMocks());

/** A row without its queue message, so that only the test moves it. */
async function queued(ctx: ServiceContext): Promise<string> {
  const mail = await prepareMail(ctx, {
    to: "ada@mail.test",
    template: "verify-email",
    data: { name: "Ada", url: "https://headwater.test/account/verify-email?token=secret-token" },
  });
  await mail.statement;
  return mail.id;
}

function answering(...replies: (number | Error)[]) {
  return vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
    const reply = replies.shift() ?? 200;
    if (reply instanceof Error) throw reply;
    return new Response("{}", { status: reply });
  });
}

const rowOf = (id: string) =>
  env.DB.prepare("SELECT * FROM mail_messages WHERE id = ?1").bind(id).first<{
    status: string;
    body: string | null;
    attempts: number;
    due_at: number;
    last_error: string | null;
  }>();

describe("the row is the truth", () => {
  test("sent once however often the message arrives, and the links are gone from the store afterwards", async () => {
    const fetch = answering();
    const ctx = testContext({}, RESEND);
    const id = await queued(ctx);
    await Promise.all([deliverMail(ctx, id), deliverMail(ctx, id), deliverMail(ctx, id)]);
    await deliverMail(ctx, id);
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(await rowOf(id)).toMatchObject({ status: "sent", body: null, attempts: 1 });
  });

  test("the body is sealed while it waits", async () => {
    const id = await queued(testContext());
    const row = await rowOf(id);
    expect(row?.body).toMatch(/^v1\./);
    expect(JSON.stringify(row)).not.toContain("secret-token");
  });

  test("it opens what was sealed before the secret was changed", async () => {
    const fetch = answering();
    const id = await queued(testContext());
    const rotated = testContext(
      {},
      { ...RESEND, APP_SECRET: "another-secret-of-more-than-thirty-two-characters", APP_SECRET_PREVIOUS: env.APP_SECRET },
    );
    await deliverMail(rotated, id);
    expect(String(fetch.mock.calls[0]?.[1]?.body)).toContain("secret-token");
  });

  test("failures are retried with growing waits, then given up", async () => {
    answering(503, new Error("connection reset"), 429, 500, 502, 401);
    let now = Date.now();
    const ctx = testContext({ now: () => now }, RESEND);
    const id = await queued(ctx);
    for (const [n, wait] of BACKOFF_MS.entries()) {
      expect(await deliverMail(ctx, id)).toEqual({ kind: "again", delayMs: wait });
      expect(await rowOf(id)).toMatchObject({ status: "queued", attempts: n + 1, due_at: now + wait });
      expect(await deliverMail(ctx, id), "not before it is due").toEqual({ kind: "done" });
      now += wait;
    }
    expect(await deliverMail(ctx, id)).toEqual({ kind: "done" });
    expect(await rowOf(id)).toMatchObject({ status: "failed", attempts: BACKOFF_MS.length + 1, body: null, last_error: "HTTP 401: {}" });
  });

  test("what will never be taken is given up at once", async () => {
    const fetch = answering(422);
    const ctx = testContext({}, RESEND);
    const id = await queued(ctx);
    expect(await deliverMail(ctx, id)).toEqual({ kind: "done" });
    expect(await rowOf(id)).toMatchObject({ status: "failed", attempts: 1 });
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test("a consumer that died with the claim is followed by another once the claim has run out", async () => {
    const fetch = answering();
    let now = Date.now();
    const ctx = testContext({ now: () => now }, RESEND);
    const id = await queued(ctx);
    await env.DB.prepare("UPDATE mail_messages SET status = 'sending', claim = 'dead', due_at = ?2 WHERE id = ?1")
      .bind(id, now + MINUTE)
      .run();
    await deliverMail(ctx, id);
    expect(fetch).not.toHaveBeenCalled();
    now += MINUTE;
    await deliverMail(ctx, id);
    expect(await rowOf(id)).toMatchObject({ status: "sent" });
  });

  test("a wrong setting costs time, not mail", async () => {
    const ctx = testContext({}, { MAIL_TRANSPORT: "carrier-pigeon" });
    const id = await queued(ctx);
    expect(await deliverMail(ctx, id)).toMatchObject({ kind: "again" });
    expect(await rowOf(id)).toMatchObject({ status: "queued", last_error: expect.stringContaining("MAIL_TRANSPORT") });
  });
});

describe("through the queue", () => {
  const deliver = async (body: unknown) => {
    const batch = createMessageBatch("headwater-mail", [{ id: "m1", timestamp: new Date(), body, attempts: 1 }]);
    const execution = createExecutionContext();
    await worker.queue(batch, env, execution);
    return getQueueResult(batch, execution);
  };

  test("a message that points at a row sends it", async () => {
    const id = await queued(testContext());
    const result = await deliver({ mail_id: id, correlation_id: "req_of_a_test" });
    expect(result.explicitAcks).toEqual(["m1"]);
    expect(await rowOf(id)).toMatchObject({ status: "sent", body: expect.stringMatching(/^v1\./) });
  });

  test("what cannot be read, and what points nowhere, is dropped", async () => {
    expect((await deliver({ hello: "world" })).explicitAcks).toEqual(["m1"]);
    expect((await deliver({ mail_id: "mail_unknown", correlation_id: "x" })).explicitAcks).toEqual(["m1"]);
  });

  test("an unknown queue is an error", async () => {
    const batch = createMessageBatch("headwater-surprise", []);
    await expect(worker.queue(batch, env, createExecutionContext())).rejects.toThrow("headwater-surprise");
  });

  test("a queue that refuses does not lose the mail: the minute cron wakes it", async () => {
    const refused = testContext({}, { MAIL: { sendBatch: () => Promise.reject(new Error("queue down")) } as unknown as Queue });
    const id = await sendMail(refused, {
      to: "ada@mail.test",
      template: "invitation",
      data: { workspace: "W", inviter: "I", role: "viewer", url: "https://x.test" },
    });
    expect(await rowOf(id)).toMatchObject({ status: "queued" });
    const sent: unknown[] = [];
    const listening = (now: number) =>
      testContext(
        { now: () => now },
        { MAIL: { sendBatch: async (messages: unknown[]) => void sent.push(...messages) } as unknown as Queue },
      );
    await wakeOverdueMail(listening(Date.now()));
    expect(sent).not.toContainEqual({ body: { mail_id: id, correlation_id: "req_of_a_test" } });
    await wakeOverdueMail(listening(Date.now() + 2 * MINUTE));
    expect(sent).toContainEqual({ body: { mail_id: id, correlation_id: "req_of_a_test" } });
  });

  test("both crons run, and one that is not known is an error", async () => {
    for (const cron of ["* * * * *", "17 3 * * *"]) {
      const execution = createExecutionContext();
      await worker.scheduled(createScheduledController({ cron }), env, execution);
      await waitOnExecutionContext(execution);
    }
    await expect(worker.scheduled(createScheduledController({ cron: "1 1 1 1 1" }), env, createExecutionContext())).rejects.toThrow(
      "1 1 1 1 1",
    );
  });

  test("what was sent a month ago is forgotten, what still waits is not", async () => {
    answering();
    // Far ahead: ids never go back in time, and tests that ran before in this isolate may have moved it by years.
    const ctx = testContext({}, RESEND);
    const [old, waiting] = [await queued(ctx), await queued(ctx)];
    await deliverMail(ctx, old);
    // A night forgets so many, the oldest first, and other tests have left some.
    for (let night = 0; night < 20 && (await rowOf(old)) !== null; night++) {
      await forgetOldMail(testContext({ now: () => Date.now() + 4_000 * 24 * 60 * MINUTE }));
    }
    expect(await rowOf(old)).toBeNull();
    expect(await rowOf(waiting)).not.toBeNull();
  });
});

test("a setting that keeps mail from leaving is said every minute, without its value", async () => {
  const lines: string[] = [];
  const log = createLogger({}, (line) => lines.push(line));
  await wakeOverdueMail(testContext({ log }, { MAIL_TRANSPORT: "resend", MAIL_HTTP_KEY: "" }));
  expect(lines.join()).toContain("MAIL_HTTP_KEY is missing");
});
