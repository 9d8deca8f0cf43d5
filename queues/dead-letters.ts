// Where a message ends that no consumer could settle. Nothing is lost with it: the row it pointed at is still there, and the
// minute sweep sends a fresh message for whatever is overdue. So this only makes sure that somebody hears of it.
import { createLogger } from "../src/shared/log";
import { counter } from "../src/shared/metrics";

const deadMessages = counter("headwater_dead_messages_total", "Queue messages given up after all their tries");

const MAX_BODY_SHOWN = 1_000;

export async function consumeDeadLetters(batch: MessageBatch<unknown>): Promise<void> {
  for (const message of batch.messages) {
    deadMessages.add(1);
    createLogger({ queue: batch.queue, correlation_id: correlationOf(message.body) ?? message.id }).error("message given up", {
      message_id: message.id,
      sent_at: message.timestamp.toISOString(),
      body: JSON.stringify(message.body)?.slice(0, MAX_BODY_SHOWN),
    });
    message.ack();
  }
}

function correlationOf(body: unknown): string | null {
  if (body === null || typeof body !== "object" || !("correlation_id" in body)) return null;
  return typeof body.correlation_id === "string" ? body.correlation_id : null;
}
