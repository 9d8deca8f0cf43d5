// What has happened to responses, carried to whoever follows. Each message is settled alone: a failing follower of one form
// must not repeat its neighbours, and a slow one must not keep other forms waiting.
import { followColumns, watchCommits } from "../src/analytics";
import { followEntries } from "../src/plugins";
import { forgetErased } from "../src/privacy";
import { type Follower, fanOut, recordAudit } from "../src/responses";
import type { ServiceContext } from "../src/shared/context";
import { inParallel } from "../src/shared/in-parallel";
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

/** Telling is mostly waiting for stores. More would wait for each other: an invocation may have six connections open. */
const LEDGERS_AT_ONCE = 4;
const FIRST_WAIT_SECONDS = 5;
const MAX_WAIT_SECONDS = 600;

export async function consumeEvents(
  batch: MessageBatch<unknown>,
  env: Env,
  execution: ExecutionContext,
  followers: readonly Follower[] = FOLLOWERS,
): Promise<void> {
  const ledgers = new Map<string, Range[]>();
  for (const message of batch.messages) {
    const { data: pointer } = EventsMessage.safeParse(message.body);
    const ctx = backgroundContext(env, execution, pointer?.correlation_id ?? message.id);
    if (pointer === undefined) {
      // Nothing is lost with it: the outbox row is still there, and the sweep sends a readable one.
      ctx.log.error("unreadable message on the events queue");
      message.ack();
      continue;
    }
    const ledger = `${pointer.formId}:${pointer.shard}`;
    const before = ledgers.get(ledger);
    if (before === undefined) ledgers.set(ledger, [{ message, pointer, ctx }]);
    else before.push({ message, pointer, ctx });
  }
  // One ledger's ranges stay in their order, and one that came twice is told once.
  await inParallel([...ledgers.values()], LEDGERS_AT_ONCE, async (ranges) => {
    for (const range of ranges) await tell(range, followers);
  });
}

interface Range {
  message: Message<unknown>;
  pointer: EventsMessage;
  ctx: ServiceContext;
}

async function tell({ message, pointer, ctx }: Range, followers: readonly Follower[]): Promise<void> {
  try {
    await fanOut(ctx, pointer, followers);
    message.ack();
  } catch (error) {
    ctx.log.warn("fan-out failed; will be tried again", { ...pointer, attempts: message.attempts, ...describeError(error) });
    message.retry({ delaySeconds: Math.min(MAX_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (message.attempts - 1)) });
  }
}
