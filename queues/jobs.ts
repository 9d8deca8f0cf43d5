// The three queues of jobs. A message only says that its queue has something due; which job that is, the rows decide.
import { type AnyJobKind, JobMessage, type JobQueue, runNextJob } from "../src/jobs";
import { createLogger, describeError } from "../src/shared/log";
import { backgroundContext } from "../src/store/background-context";
import { JOB_KINDS } from "./job-kinds";

const AFTER_OUR_FAILURE_SECONDS = 30;

export function consumeJobs(queue: JobQueue, kinds: readonly AnyJobKind[] = JOB_KINDS) {
  return async (batch: MessageBatch<unknown>, env: Env, execution: ExecutionContext): Promise<void> => {
    for (const message of batch.messages) {
      const parsed = JobMessage.safeParse(message.body);
      if (!parsed.success) createLogger({ queue }).error("unreadable message", { message_id: message.id });
      const ctx = backgroundContext(env, execution, parsed.data?.correlation_id ?? message.id);
      try {
        await runNextJob(ctx, queue, kinds);
        message.ack();
      } catch (error) {
        // The store failed, not the job: its lease runs out by itself.
        ctx.log.error("job consumer failed", { queue, ...describeError(error) });
        message.retry({ delaySeconds: AFTER_OUR_FAILURE_SECONDS });
      }
    }
  };
}
