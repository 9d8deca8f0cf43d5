// The minute sweep: whatever a queue has lost or an object has slept through is woken again. The rows are the truth.
import type { ServiceContext } from "../shared/context";
import { sendWakeUps } from "../store/events";

const OVERDUE_MS = 60_000;
const MAX_EVENTS = 500;
const WEBHOOKS_AT_ONCE = 500;
const MAX_PAGES = 20;

// One look at the index for each endpoint: a long queue at a dead one does not hide the others behind it.
export const OVERDUE_LANES = `SELECT w.id, EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.status = 'pending' AND d.due_at < ?2)
    OR (w.dead_untold > 0 AND coalesce(w.told_at, 0) < ?3) AS overdue
  FROM webhooks w WHERE w.id > ?1 AND w.status = 'active' ORDER BY w.id LIMIT ${WEBHOOKS_AT_ONCE}`;

export const UNTOLD_EVENTS = `SELECT id, correlation_id FROM webhook_events WHERE fanned_at IS NULL AND occurred_at < ?1 ORDER BY occurred_at LIMIT ${MAX_EVENTS}`;

export async function wakeOverdueDeliveries(ctx: ServiceContext): Promise<number> {
  const before = ctx.now() - OVERDUE_MS;
  const { results: events } = await ctx.env.DB.prepare(UNTOLD_EVENTS).bind(before).all<{ id: string; correlation_id: string | null }>();
  await sendWakeUps(
    ctx,
    events.map(({ id, correlation_id }) => ({ type: "event", event_id: id, correlation_id })),
  );
  let woken = events.length;
  let after = "";
  for (let page = 0; page < MAX_PAGES; page++) {
    const { results } = await ctx.env.DB.prepare(OVERDUE_LANES)
      .bind(after, before, ctx.now() - 60 * 60_000)
      .all<{ id: string; overdue: number }>();
    const overdue = results.filter((row) => row.overdue === 1);
    await sendWakeUps(
      ctx,
      overdue.map(({ id }) => ({ type: "wake", webhook_id: id, correlation_id: ctx.correlationId })),
    );
    woken += overdue.length;
    if (results.length < WEBHOOKS_AT_ONCE) break;
    after = results.at(-1)?.id ?? after;
  }
  return woken;
}
