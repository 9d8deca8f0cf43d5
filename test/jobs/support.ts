// Jobs of a kind made for a test, in a year of their own: no consumer of the real queues finds them due.
import { env } from "cloudflare:test";
import { z } from "zod";
import { type Job, type JobKind, type JobQueue, loadJob, runNextJob, type StartOptions, startJob } from "../../src/jobs";
import { asSystem, type WorkspaceContext } from "../../src/shared/context";
import { newId } from "../../src/shared/ids";
import { testContext } from "../support/context";

const AHEAD_MS = 365 * 24 * 3_600_000;

/** What an earlier test left unfinished would be due in a later one. */
export async function forgetTestJobs(): Promise<void> {
  await env.DB.prepare("DELETE FROM jobs WHERE created_at > ?1")
    .bind(Date.now() + AHEAD_MS / 2)
    .run();
}

export interface Bench {
  ctx: WorkspaceContext;
  /** Messages that were sent to a queue of jobs, as delays in seconds. */
  woken: number[];
  pass(ms: number): void;
  start(kind: TestKind, options?: StartOptions): Promise<Job>;
  /** Runs whatever is due of the workspace until nothing is. */
  runAll(...kinds: TestKind[]): Promise<void>;
  run(...kinds: TestKind[]): Promise<boolean>;
  read(id: string): Promise<Job>;
}

export const Input = z.object({ text: z.string() });
export type TestKind = JobKind<z.infer<typeof Input>, unknown>;

export function kindOf(run: TestKind["run"], over: Partial<TestKind> = {}): TestKind {
  return { kind: `test_${crypto.randomUUID()}`, queue: "work", input: Input, maxAttempts: 3, run, ...over };
}

export function bench(queue: JobQueue = "work"): Bench {
  let ahead = AHEAD_MS;
  const woken: number[] = [];
  const fake = {
    sendBatch: async (messages: Iterable<{ delaySeconds?: number }>) => {
      for (const { delaySeconds = 0 } of messages) woken.push(delaySeconds);
    },
  };
  const now = () => Date.now() + ahead;
  const workspaceId = newId("workspace");
  const settings = { EXPORTS: fake, REPORTS: fake, WORK: fake } as unknown as Partial<Env>;
  const ctx = asSystem(testContext({ now }, settings), workspaceId);
  const run = (...kinds: TestKind[]) => runNextJob(ctx, queue, kinds);
  return {
    ctx,
    woken,
    pass: (ms) => {
      ahead += ms;
    },
    start: async (kind, options) => loadJob(ctx, (await startJob(ctx, kind, { text: "hello" }, options)).id),
    run,
    runAll: async (...kinds) => {
      for (let i = 0; i < 50 && (await run(...kinds)); i++);
    },
    read: (id) => loadJob(ctx, id),
  };
}
