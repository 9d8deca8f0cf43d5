// One message of a queue: take the best due job, run it to its end or to the end of its slice, write down what became of it.
import { asSystem, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { describeError } from "../shared/log";
import { counter, histogram } from "../shared/metrics";
import { announceJob } from "./announce";
import { RunControl } from "./control";
import { followUp, followUpDue } from "./follow-up";
import type { AnyJobKind, Job, JobOutcome, JobQueue } from "./kind";
import { JobStoppedError } from "./kind";
import { backOff, isHopeless, messageFor } from "./rules";
import { type Ending, endRun, putBack } from "./settle";
import { isMoreDue, type TakenJob, takeJob } from "./take";
import { wakeQueue } from "./wake";

export const runs = counter("headwater_job_runs_total", "Runs of jobs, by how they ended.", ["kind", "outcome"]);
const seconds = histogram("headwater_job_run_seconds", "How long a run of a job took.", ["kind"], [0.1, 0.5, 1, 5, 15, 60, 300, 900]);

const UNKNOWN_KIND_WAIT_MS = 60_000;

/** Takes and runs at most one job. True when there was one. */
export async function runNextJob(ctx: ServiceContext, queue: JobQueue, kinds: readonly AnyJobKind[]): Promise<boolean> {
  await followUpDue(ctx, queue, kinds);
  const job = await takeJob(ctx, queue);
  if (job === null) return false;
  const own = asSystem(
    { ...ctx, correlationId: job.correlationId, log: ctx.log.with({ job_id: job.id, job_kind: job.kind }) },
    job.workspaceId,
  );
  const kind = kinds.find((known) => known.kind === job.kind);
  if (kind === undefined) {
    // A version that knows it may be on its way.
    own.log.error("a job of an unknown kind");
    await putBack(own, job, UNKNOWN_KIND_WAIT_MS);
  } else await runJob(own, kind, job);
  if (await isMoreDue(ctx, queue)) await wakeQueue(ctx, queue);
  return true;
}

async function runJob(ctx: WorkspaceContext, kind: AnyJobKind, job: TakenJob): Promise<void> {
  const control = new RunControl(ctx, job, kind, (told) => announceJob(ctx, { ...job, ...told }));
  const startedAt = ctx.now();
  announceJob(ctx, job);
  let ending: Ending;
  try {
    if (job.attempts > job.maxAttempts) ending = { kind: "failed", message: job.error ?? "Its worker died each time." };
    else {
      await beginAnew(ctx, kind, job);
      ending = endingOf(await kind.run(ctx, kind.input.parse(job.input), control));
    }
  } catch (error) {
    ending = failureOf(ctx, kind, job, error);
  } finally {
    control.stop();
  }
  runs.add(1, kind.kind, ending.kind);
  seconds.observe((ctx.now() - startedAt) / 1_000, kind.kind);
  const ended = await endRun(ctx, job, ending, control.told);
  // Null: it was cancelled, or another worker has it. A cancelled one is cleaned up by whoever ran it, as soon as it has stopped.
  if (ended !== null) announceJob(ctx, ended);
  if (ended?.status === "queued") await wakeQueue(ctx, kind.queue, Math.max(0, ended.dueAt - ctx.now()));
  else await followUp(ctx, kind, job.id);
}

/** A failed or dead attempt leaves pieces behind; a kind that cannot go on from them has them removed first. */
async function beginAnew(ctx: WorkspaceContext, kind: AnyJobKind, job: TakenJob): Promise<void> {
  const failedBefore = job.wasAbandoned || job.attempts > 1;
  if (!failedBefore || kind.resumes === true || kind.cleanUp === undefined) return;
  await kind.cleanUp(ctx, kind.input.parse(job.input), job);
  job.checkpoint = null;
}

function endingOf(outcome: JobOutcome<unknown>): Ending {
  return outcome.kind === "done" ? { kind: "done", result: outcome.result } : { kind: "more", delayMs: outcome.delayMs ?? 0 };
}

function failureOf(ctx: WorkspaceContext, kind: AnyJobKind, job: Job, error: unknown): Ending {
  if (error instanceof JobStoppedError && error.why === "lost") return { kind: "lost" };
  const message = messageFor(error);
  const gaveUp = isHopeless(error) || job.attempts >= job.maxAttempts;
  ctx.log[gaveUp ? "error" : "warn"](gaveUp ? "job failed for good" : "job attempt failed", {
    attempt: job.attempts,
    ...describeError(error),
  });
  if (gaveUp) return { kind: "failed", message };
  return { kind: "again", message, delayMs: kind.backOffMs?.(job.attempts) ?? backOff(job.attempts) };
}
