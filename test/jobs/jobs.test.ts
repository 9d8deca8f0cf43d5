import { beforeEach, describe, expect, test } from "vitest";
import { cancelJob, JobFailedError, retryJob, startJob, summariseJobs, wakeOverdueJobs } from "../../src/jobs";
import { takeJob } from "../../src/jobs/take";
import { bench, forgetTestJobs, kindOf } from "./support";

beforeEach(forgetTestJobs);

const done = kindOf(async (_ctx, { text }) => ({ kind: "done", result: text.toUpperCase() }));

describe("a job", () => {
  test("is queued, runs, and is done with its result", async () => {
    const { start, run, read, woken } = bench();
    const job = await start(done);
    expect(job).toMatchObject({ status: "queued", progress: 0, attempts: 0 });
    expect(woken).toEqual([0]);
    await run(done);
    expect(await read(job.id)).toMatchObject({ status: "done", progress: 1, attempts: 1, result: "HELLO", error: null, followUpAt: null });
  });

  test("tells of its end once everybody can see it", async () => {
    const { start, run, read } = bench();
    const seen: string[] = [];
    const telling = kindOf(done.run, { afterDone: async (_ctx, _input, result, job) => void seen.push(`${job.status} ${result}`) });
    const job = await start(telling);
    await run(telling);
    expect(seen).toEqual(["done HELLO"]);
    expect((await read(job.id)).followUpAt).toBeNull();
  });

  test("is tried again after a failure, later each time, and fails for good after its last attempt", async () => {
    const { start, run, read, pass, woken } = bench();
    const cleaned: string[] = [];
    const failing = kindOf(
      async () => {
        throw new Error("SELECT secret FROM table");
      },
      { cleanUp: async (_ctx, _input, { id }) => void cleaned.push(id) },
    );
    const job = await start(failing);
    await run(failing);
    const first = await read(job.id);
    expect(first).toMatchObject({ status: "queued", attempts: 1 });
    expect(first.error).not.toContain("SELECT");
    expect(await run(failing)).toBe(false);
    pass(6_000);
    await run(failing);
    pass(11_000);
    await run(failing);
    expect(await read(job.id)).toMatchObject({ status: "failed", attempts: 3 });
    // Before the second and the third attempt, and after the last.
    expect(cleaned).toHaveLength(3);
    expect(woken).toEqual([0, 5, 10]);
  });

  test("is not tried again when it cannot succeed, and says why", async () => {
    const { start, run, read } = bench();
    const hopeless = kindOf(async () => {
      throw new JobFailedError("The form has no such field.");
    });
    const job = await start(hopeless);
    await run(hopeless);
    expect(await read(job.id)).toMatchObject({ status: "failed", attempts: 1, error: "The form has no such field." });
  });

  test("goes on in slices from its checkpoint", async () => {
    const { start, runAll, read } = bench();
    const sliced = kindOf(async (_ctx, _input, control) => {
      const at = (control.saved as number | null) ?? 0;
      if (at === 3) return { kind: "done", result: at };
      await control.checkpoint(at + 1);
      return { kind: "more" };
    });
    const job = await start(sliced);
    await runAll(sliced);
    expect(await read(job.id)).toMatchObject({ status: "done", result: 3 });
  });

  test("whose worker died is taken again once its lease has run out", async () => {
    const { ctx, start, run, read, pass } = bench();
    const job = await start(done);
    expect((await takeJob(ctx, "work"))?.id).toBe(job.id);
    expect(await run(done)).toBe(false);
    pass(90_000);
    expect(await wakeOverdueJobs(ctx)).toBeGreaterThan(0);
    await run(done);
    expect(await read(job.id)).toMatchObject({ status: "done", attempts: 2 });
  });

  test("that kills each worker fails in the end and is cleaned up", async () => {
    const { ctx, start, run, read, pass } = bench();
    const cleaned: string[] = [];
    const deadly = kindOf(done.run, { cleanUp: async (_ctx, _input, { id }) => void cleaned.push(id) });
    const job = await start(deadly);
    for (let i = 0; i < 3; i++) {
      await takeJob(ctx, "work");
      pass(61_000);
    }
    await run(deadly);
    expect(await read(job.id)).toMatchObject({ status: "failed" });
    expect(cleaned).toHaveLength(1);
  });

  test("that lost its lease cannot end what another worker has taken", async () => {
    const { ctx, start, run, read, pass } = bench();
    const slow = kindOf(async (_ctx, _input, control) => {
      if (control.attempt === 1) {
        pass(61_000);
        await run(slow);
      }
      return { kind: "done", result: control.attempt };
    });
    const job = await start(slow);
    await run(slow);
    expect(await read(job.id)).toMatchObject({ status: "done", result: 2 });
    expect(ctx.workspaceId).toBe(job.workspaceId);
  });
});

describe("cancelling", () => {
  test("stops a running job, whose pieces are removed", async () => {
    const { ctx, start, run, read, pass } = bench();
    const cleaned: unknown[] = [];
    let wentOn = false;
    const long = kindOf(
      async (_ctx, _input, control) => {
        await control.checkpoint({ upload: "abc" });
        await cancelJob(ctx, control.jobId);
        pass(2_000);
        await control.progress(0.5);
        wentOn = true;
        return { kind: "done", result: 1 };
      },
      { cleanUp: async (_ctx, _input, job) => void cleaned.push(job.checkpoint) },
    );
    const job = await start(long);
    await run(long);
    expect(await read(job.id)).toMatchObject({ status: "cancelled", result: null, checkpoint: null, followUpAt: null });
    expect(wentOn).toBe(false);
    expect(cleaned).toEqual([{ upload: "abc" }]);
  });

  test("a job that has finished in the same moment stays cancelled", async () => {
    const { ctx, start, run, read } = bench();
    const cleaned: string[] = [];
    const racing = kindOf(
      async (_ctx, _input, control) => {
        await cancelJob(ctx, control.jobId);
        return { kind: "done", result: 1 };
      },
      { cleanUp: async (_ctx, _input, { id }) => void cleaned.push(id) },
    );
    const job = await start(racing);
    await run(racing);
    expect(await read(job.id)).toMatchObject({ status: "cancelled", result: null });
    expect(cleaned).toHaveLength(1);
  });

  test("a job whose worker is dead leaves nothing behind either", async () => {
    const { ctx, start, run, read, pass } = bench();
    const cleaned: string[] = [];
    const kind = kindOf(done.run, { cleanUp: async (_ctx, _input, { id }) => void cleaned.push(id) });
    const job = await start(kind);
    await takeJob(ctx, "work");
    await cancelJob(ctx, job.id);
    pass(61_000);
    await run(kind);
    expect(cleaned).toHaveLength(1);
    expect(await read(job.id)).toMatchObject({ status: "cancelled", followUpAt: null });
  });

  test("a waiting job never runs; one that has ended cannot be cancelled", async () => {
    const { ctx, start, run, read } = bench();
    const job = await start(done);
    await cancelJob(ctx, job.id);
    expect(await run(done)).toBe(false);
    expect(await read(job.id)).toMatchObject({ status: "cancelled", startedAt: null });
    const other = await start(done);
    await run(done);
    await expect(cancelJob(ctx, other.id)).rejects.toMatchObject({ code: "conflict" });
  });
});

test("a failed job is retried by hand from the start", async () => {
  const { ctx, start, run, read } = bench();
  let broken = true;
  const kind = kindOf(async () => {
    if (broken) throw new JobFailedError("Broken.");
    return { kind: "done", result: "mended" };
  });
  const job = await start(kind);
  await run(kind);
  broken = false;
  expect(await retryJob(ctx, job.id)).toMatchObject({ status: "queued", attempts: 0, error: null });
  await run(kind);
  expect(await read(job.id)).toMatchObject({ status: "done", result: "mended" });
});

test("the same request finds the same job while it waits and while its result lives", async () => {
  const { ctx, start, run, pass } = bench();
  const same = { requestHash: "abc", reuseForMs: 60_000 };
  const [first, second] = await Promise.all([start(done, same), start(done, same)]);
  expect(second.id).toBe(first.id);
  expect((await start(done, { requestHash: "other", reuseForMs: 60_000 })).id).not.toBe(first.id);
  await run(done);
  await run(done);
  expect(await startJob(ctx, done, { text: "hello" }, same)).toEqual({ id: first.id, reused: true });
  pass(61_000);
  expect((await startJob(ctx, done, { text: "hello" }, same)).reused).toBe(false);
});

test("the more urgent goes first, and no workspace takes all workers", async () => {
  const { ctx, start } = bench();
  await start(done, { priority: -10 });
  const urgent = await start(done, { priority: 10 });
  for (let i = 0; i < 5; i++) await start(done);
  expect((await takeJob(ctx, "work"))?.id).toBe(urgent.id);
  for (let i = 0; i < 3; i++) expect(await takeJob(ctx, "work")).not.toBeNull();
  expect(await takeJob(ctx, "work")).toBeNull();
});

test("the summary counts what waits, runs, fails and is done", async () => {
  const { ctx, start, run, pass } = bench();
  const failing = kindOf(
    async () => {
      throw new Error("no");
    },
    { maxAttempts: 2 },
  );
  await start(done);
  await run(done);
  await start(failing);
  await run(failing);
  pass(60_000);
  await start(done, { notBefore: ctx.now() });
  const { kinds, queues, throughput } = await summariseJobs(ctx);
  expect(kinds.find(({ kind }) => kind === done.kind)).toMatchObject({ waiting: 1, running: 0, done: 1 });
  expect(kinds.find(({ kind }) => kind === failing.kind)).toMatchObject({ waiting: 0, failing: 1, failed: 0 });
  expect(queues).toMatchObject([{ queue: "work", waiting: 1, failing: 1, done: 1 }]);
  expect(throughput).toHaveLength(24);
  expect(throughput.at(-1)).toMatchObject({ done: 1 });
});
