// Which consumer reads which queue. Names are the same in every deployment but for its own part: `headwater-staging-mail`.
import { newId } from "../src/shared/ids";
import { counter } from "../src/shared/metrics";
import { flushMetricsSometimes } from "../src/shared/metrics-flush";
import { backgroundContext } from "../src/store/background-context";
import { consumeDeadLetters } from "./dead-letters";
import { consumeDeliveries } from "./deliveries";
import { consumeEvents } from "./events";
import { consumeJobs } from "./jobs";
import { consumeMail } from "./mail";
import { consumePlugins } from "./plugins";

type Consumer = (batch: MessageBatch<unknown>, env: Env, execution: ExecutionContext) => Promise<void>;

const CONSUMERS: Record<string, Consumer> = {
  "dead-letters": consumeDeadLetters,
  deliveries: consumeDeliveries,
  events: consumeEvents,
  exports: consumeJobs("exports"),
  mail: consumeMail,
  plugins: consumePlugins,
  reports: consumeJobs("reports"),
  work: consumeJobs("work"),
};

const messages = counter("headwater_queue_messages_total", "Queue messages a consumer was given; one that is retried counts again.", [
  "queue",
  "outcome",
]);

const QUEUE_NAME = /^headwater-(?:(?:staging|production)-)?([a-z-]+?)(?:-(?:staging|production))?$/;

export async function consume(batch: MessageBatch<unknown>, env: Env, execution: ExecutionContext): Promise<void> {
  const name = QUEUE_NAME.exec(batch.queue)?.[1] ?? "";
  const consumer = Object.hasOwn(CONSUMERS, name) ? CONSUMERS[name] : undefined;
  // Thrown, so that the messages stay where they are until a version that knows the queue is deployed.
  if (consumer === undefined) throw new Error(`No consumer for the queue "${batch.queue}"`);
  try {
    await consumer(batch, env, execution);
    messages.add(batch.messages.length, name, "handled");
  } catch (error) {
    messages.add(batch.messages.length, name, "thrown_back");
    throw error;
  } finally {
    flushMetricsSometimes(backgroundContext(env, execution, newId("request")));
  }
}
