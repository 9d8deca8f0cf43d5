import { deliverRun, PluginMessage } from "../src/plugins";
import { createLogger, describeError } from "../src/shared/log";
import { backgroundContext } from "../src/store/background-context";

const AFTER_OUR_FAILURE_SECONDS = 60;

/** Side by side: a plugin that waits ten seconds for its own server must not hold up nine others. Each message is settled alone. */
export async function consumePlugins(batch: MessageBatch<unknown>, env: Env, execution: ExecutionContext): Promise<void> {
  await Promise.all(batch.messages.map((message) => consumeOne(message, env, execution)));
}

async function consumeOne(message: Message<unknown>, env: Env, execution: ExecutionContext): Promise<void> {
  const parsed = PluginMessage.safeParse(message.body);
  if (!parsed.success) {
    createLogger({ queue: "plugins" }).error("unreadable message dropped", { message_id: message.id });
    message.ack();
    return;
  }
  const ctx = backgroundContext(env, execution, parsed.data.correlation_id ?? message.id);
  try {
    await deliverRun(ctx, parsed.data.run_id);
    message.ack();
  } catch (error) {
    // Ours, not the plugin's: its row stays claimed for a while and is then anybody's again.
    ctx.log.error("plugins consumer failed", { run_id: parsed.data.run_id, ...describeError(error) });
    message.retry({ delaySeconds: AFTER_OUR_FAILURE_SECONDS });
  }
}
