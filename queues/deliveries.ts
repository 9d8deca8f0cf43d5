// Wakes the lanes of endpoints, and tells of events that are rows. A message only points; each is settled alone. Nothing is sent
// from here: a lane has its own connections and its own clock, so the slowest endpoint never holds up this queue.
import { z } from "zod";
import { followStored } from "../src/plugins";
import { describeError } from "../src/shared/log";
import { backgroundContext } from "../src/store/background-context";
import { DeliveriesMessage, type EventFollower, fanOutStored, laneOf, tellEvent } from "../src/webhooks";

/** Who is told of every event that is a row: published forms, finished exports and so on. */
const FOLLOWERS: readonly EventFollower[] = [fanOutStored, followStored];

const FIRST_WAIT_SECONDS = 5;
const MAX_WAIT_SECONDS = 600;

export async function consumeDeliveries(
  batch: MessageBatch<unknown>,
  env: Env,
  execution: ExecutionContext,
  followers: readonly EventFollower[] = FOLLOWERS,
): Promise<void> {
  const woken = new Map<string, Promise<void>>();
  await Promise.all(
    batch.messages.map(async (message) => {
      const parsed = DeliveriesMessage.safeParse(message.body);
      const ctx = backgroundContext(env, execution, parsed.data?.correlation_id ?? message.id);
      if (!parsed.success) {
        ctx.log.error("unreadable message on the deliveries queue", { issues: z.prettifyError(parsed.error).slice(0, 300) });
        message.ack();
        return;
      }
      try {
        if (parsed.data.type === "event") await tellEvent(ctx, parsed.data.event_id, followers);
        else await wakeOnce(env, woken, parsed.data.webhook_id);
        message.ack();
      } catch (error) {
        ctx.log.warn("a wake-up failed; will be tried again", { ...parsed.data, attempts: message.attempts, ...describeError(error) });
        message.retry({ delaySeconds: Math.min(MAX_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (message.attempts - 1)) });
      }
    }),
  );
}

function wakeOnce(env: Env, woken: Map<string, Promise<void>>, webhookId: string): Promise<void> {
  const waking = woken.get(webhookId) ?? laneOf(env, webhookId).wake();
  woken.set(webhookId, waking);
  return waking;
}
