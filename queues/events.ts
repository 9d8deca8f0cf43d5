// What has happened to responses, carried to whoever follows. Each message is settled alone: a failing follower of one form
// must not repeat its neighbours.
import { followColumns, watchCommits } from "../src/analytics";
import { followEntries } from "../src/plugins";
import { forgetErased } from "../src/privacy";
import { type Follower, fanOut, recordAudit } from "../src/responses";
import { describeError } from "../src/shared/log";
import { backgroundContext } from "../src/store/background-context";
import { followUploads } from "../src/uploads";
import { fanOutEntries } from "../src/webhooks";
import { EventsMessage } from "./events-message";

/** Who is told of every settled range, in this order. */
const FOLLOWERS: readonly Follower[] = [
  recordAudit,
  followUploads,
  fanOutEntries,
  followEntries,
  forgetErased,
  followColumns,
  watchCommits,
];

const FIRST_WAIT_SECONDS = 5;
const MAX_WAIT_SECONDS = 600;

export async function consumeEvents(
  batch: MessageBatch<unknown>,
  env: Env,
  execution: ExecutionContext,
  followers: readonly Follower[] = FOLLOWERS,
): Promise<void> {
  for (const message of batch.messages) {
    const pointer = EventsMessage.safeParse(message.body);
    const ctx = backgroundContext(env, execution, pointer.data?.correlation_id ?? message.id);
    if (!pointer.success) {
      // Nothing is lost with it: the outbox row is still there, and the sweep sends a readable one.
      ctx.log.error("unreadable message on the events queue", { issues: pointer.error.issues.length });
      message.ack();
      continue;
    }
    try {
      await fanOut(ctx, pointer.data, followers);
      message.ack();
    } catch (error) {
      ctx.log.warn("fan-out failed; will be tried again", { ...pointer.data, attempts: message.attempts, ...describeError(error) });
      message.retry({ delaySeconds: Math.min(MAX_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (message.attempts - 1)) });
    }
  }
}
