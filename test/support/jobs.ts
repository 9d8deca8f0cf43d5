import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { JOB_KINDS } from "../../queues/job-kinds";
import { type JobQueue, runNextJob } from "../../src/jobs";
import { newId } from "../../src/shared/ids";
import { backgroundContext } from "../../src/store/background-context";

/** Runs what is due in a queue until nothing is, as its consumer would. */
export async function runJobs(queue: JobQueue, now: () => number = Date.now): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const ctx = { ...backgroundContext(env, createExecutionContext(), newId("request")), now };
    if (!(await runNextJob(ctx, queue, JOB_KINDS))) return;
  }
  throw new Error("The queue does not come to an end.");
}
