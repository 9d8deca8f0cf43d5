// The nightly clean-up, and the end of what nobody resumed. Each statement is bounded: what is left over goes the next night.
import type { ServiceContext } from "../shared/context";
import { idFloor } from "../shared/ids";
import { EXPIRES_AFTER_MS } from "./schedule";

const DAY_MS = 24 * 60 * 60_000;
const KEEP_ATTEMPTS_MS = 30 * DAY_MS;
/** Deliveries are proof, so they stay longer; dead letters too, so that they can still be sent again. */
const KEEP_DELIVERIES_MS = 90 * DAY_MS;
const AT_ONCE = 5_000;
const MAX_ROUNDS = 20;

export const FORGET_ATTEMPTS = `DELETE FROM webhook_attempts WHERE (delivery_id, attempt) IN
  (SELECT delivery_id, attempt FROM webhook_attempts WHERE at < ?1 LIMIT ${AT_ONCE})`;

// Ids begin with the time of their event, so the primary key finds the old ones.
export const FORGET_DELIVERIES = `DELETE FROM webhook_deliveries WHERE id IN
  (SELECT id FROM webhook_deliveries WHERE id < ?1 AND status <> 'pending' ORDER BY id LIMIT ${AT_ONCE})`;

export const FORGET_EVENTS = `DELETE FROM webhook_events WHERE id IN
  (SELECT id FROM webhook_events WHERE id < ?1 AND fanned_at IS NOT NULL ORDER BY id LIMIT ${AT_ONCE})`;

// A lane ends what has waited too long at an endpoint that is asked; nobody asks one that is paused.
export const EXPIRE_WAITING = `UPDATE webhook_deliveries SET status = 'dead', last_error = 'The endpoint was paused for three days.', finished_at = ?2
  WHERE id IN (SELECT d.id FROM webhooks w CROSS JOIN webhook_deliveries d ON d.webhook_id = w.id AND d.status = 'pending'
    WHERE w.status <> 'active' AND d.created_at < ?1 LIMIT ${AT_ONCE})`;

export async function forgetOldDeliveries(ctx: ServiceContext): Promise<void> {
  const now = ctx.now();
  const old = now - KEEP_DELIVERIES_MS;
  await repeat(ctx.env.DB.prepare(EXPIRE_WAITING).bind(now - EXPIRES_AFTER_MS, now));
  await repeat(ctx.env.DB.prepare(FORGET_ATTEMPTS).bind(now - KEEP_ATTEMPTS_MS));
  await repeat(ctx.env.DB.prepare(FORGET_DELIVERIES).bind(idFloor("delivery", old)));
  await repeat(ctx.env.DB.prepare(FORGET_EVENTS).bind(idFloor("event", old)));
}

async function repeat(statement: D1PreparedStatement): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { meta } = await statement.run();
    if (meta.changes < AT_ONCE) return;
  }
}
