import { deliverMail, isHeavyMail, MailMessage } from "../src/mail";
import { createLogger, describeError } from "../src/shared/log";
import { backgroundContext } from "../src/store/background-context";

const AFTER_OUR_FAILURE_SECONDS = 30;

export async function consumeMail(batch: MessageBatch<unknown>, env: Env, execution: ExecutionContext): Promise<void> {
  // Side by side: one slow mail server must not hold up nine others. Each message is settled alone.
  let heavy: Promise<unknown> = Promise.resolve();
  const inTurn: InTurn = (work) => {
    const turn = heavy.then(work);
    heavy = turn.catch(() => {});
    return turn;
  };
  await Promise.all(batch.messages.map((message) => consumeOne(message, env, execution, inTurn)));
}

/** One after the other: ten attachments of ten megabytes at once would be more than the memory there is. */
type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

async function consumeOne(message: Message<unknown>, env: Env, execution: ExecutionContext, inTurn: InTurn): Promise<void> {
  const parsed = MailMessage.safeParse(message.body);
  if (!parsed.success) {
    createLogger({ queue: "mail" }).error("unreadable message dropped", { message_id: message.id });
    message.ack();
    return;
  }
  const ctx = backgroundContext(env, execution, parsed.data.correlation_id);
  try {
    const deliver = () => deliverMail(ctx, parsed.data.mail_id);
    const outcome = (await isHeavyMail(ctx, parsed.data.mail_id)) ? await inTurn(deliver) : await deliver();
    if (outcome.kind === "again") message.retry({ delaySeconds: Math.ceil(outcome.delayMs / 1000) });
    else message.ack();
  } catch (error) {
    // The store failed, not the mail: its row stays as it was and the claim runs out by itself.
    ctx.log.error("mail consumer failed", { mail_id: parsed.data.mail_id, ...describeError(error) });
    message.retry({ delaySeconds: AFTER_OUR_FAILURE_SECONDS });
  }
}
