// Settled ranges whose events still have to be fanned out. The row is the truth, the message only wakes somebody up.
import { asSystem, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { type OutboxRow, openPrimaryStore } from "../store";

/** Something that learns of every entry, in order within a range, at least once. It must not mind being told twice. */
export type Follower = (ctx: WorkspaceContext, range: OutboxRow) => Promise<void>;

const ROWS_PER_PAGE = 500;
/** A busy form leaves hundreds of ranges a minute: after an outage the sweep has to send more than are added meanwhile. */
const MAX_PAGES = 20;
const MESSAGES_PER_BATCH = 100;

export type RangePointer = Pick<OutboxRow, "formId" | "shard" | "fromSeq">;

/** Tells every follower of one range, then forgets it. Told already: does nothing. */
export async function fanOut(ctx: ServiceContext, pointer: RangePointer, followers: readonly Follower[]): Promise<"done" | "nothing"> {
  const store = openPrimaryStore(ctx.env);
  const range = await store.outboxRange(pointer.formId, pointer.shard, pointer.fromSeq);
  if (range === null) return "nothing";
  const correlationId = range.correlationId ?? ctx.correlationId;
  const own = { ...asSystem(ctx, range.workspaceId), correlationId, log: ctx.log.with({ correlation_id: correlationId }) };
  for (const follow of followers) await follow(own, range);
  await store.removeOutbox(range.formId, range.shard, range.fromSeq);
  return "done";
}

/** The minute sweep: whatever a queue has lost or given up on is sent again. */
export async function wakeOverdueRanges(ctx: ServiceContext): Promise<number> {
  const store = openPrimaryStore(ctx.env);
  const now = ctx.now();
  let woken = 0;
  for (let page = 0; page < MAX_PAGES; page++) {
    const rows = await store.overdueOutbox(now, ROWS_PER_PAGE);
    for (let i = 0; i < rows.length; i += MESSAGES_PER_BATCH) {
      const part = rows.slice(i, i + MESSAGES_PER_BATCH);
      await ctx.env.EVENTS.sendBatch(
        part.map(({ formId, workspaceId, shard, fromSeq, toSeq, correlationId }) => ({
          body: { type: "entries", formId, workspaceId, shard, fromSeq, toSeq, correlation_id: correlationId },
        })),
      );
      await store.markOutboxSent(part, now);
    }
    woken += rows.length;
    if (rows.length < ROWS_PER_PAGE) break;
  }
  return woken;
}
