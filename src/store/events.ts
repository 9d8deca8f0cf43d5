// Events that webhooks, plugins and others hear of. Those that are no entries of a chain begin as a row, in the same batch as the change they tell of; the queue message only
// says that there is one.
import { sql } from "drizzle-orm";
import type { ServiceContext } from "../shared/context";
import { newId } from "../shared/ids";
import { describeError } from "../shared/log";

/** Kept as rows of their own, because no chain has them. */
export const STORED_EVENTS = ["form.published", "form.closed", "export.completed", "schedule.failed", "webhook.dead_lettered"] as const;
export type StoredEventType = (typeof STORED_EVENTS)[number];

/** What the deliveries queue carries; src/webhooks/message.ts reads it. */
export type WakeUp =
  | { type: "wake"; webhook_id: string; correlation_id?: string | null }
  | { type: "event"; event_id: string; correlation_id?: string | null };

export interface NewEvent {
  workspaceId: string;
  type: StoredEventType;
  formId: string | null;
  /** What the body carries as `data`. */
  data: Record<string, unknown>;
}

/**
 * For a batch. Put the statement directly after the one it speaks of, or after that one's audit row: it writes nothing when
 * that changed nothing. Call `wake` once the batch has gone through.
 */
export function raiseIfChanged(ctx: ServiceContext, event: NewEvent) {
  const now = ctx.now();
  const id = newId("event", now);
  const statement = ctx.db.run(sql`
    INSERT INTO webhook_events (id, workspace_id, form_id, type, occurred_at, data, correlation_id)
    SELECT ${id}, ${event.workspaceId}, ${event.formId}, ${event.type}, ${now}, ${JSON.stringify(event.data)}, ${ctx.correlationId}
    WHERE changes() > 0`);
  return { id, statement, wake: () => sendWakeUps(ctx, [{ type: "event", event_id: id, correlation_id: ctx.correlationId }]) };
}

const MESSAGES_PER_BATCH = 100;

/** A queue that refuses costs a minute, not the event: the rows are the truth, and cron looks after them. */
export async function sendWakeUps(ctx: ServiceContext, messages: readonly WakeUp[]): Promise<void> {
  try {
    for (let i = 0; i < messages.length; i += MESSAGES_PER_BATCH) {
      await ctx.env.DELIVERIES.sendBatch(messages.slice(i, i + MESSAGES_PER_BATCH).map((body) => ({ body })));
    }
  } catch (error) {
    ctx.log.warn("deliveries queue refused, cron will send", { count: messages.length, ...describeError(error) });
  }
}
