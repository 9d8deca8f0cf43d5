import { and, eq, gte, sql } from "drizzle-orm";
import { assertCan, type ServiceContext } from "../../shared/context";
import { tables } from "../../store";
import { loadWebhook } from "../manage/endpoints";

const { webhookDays } = tables;
const DAY_MS = 24 * 60 * 60_000;
/** Durations are of the newest attempts: what an endpoint did last year says nothing of how it is. */
const NEWEST_ATTEMPTS = 1_000;

export interface WebhookMetrics {
  delivered: number;
  failed: number;
  pending: number;
  dead: number;
  /** Of attempts; null while there was none. */
  successRate: number | null;
  p50Ms: number | null;
  p95Ms: number | null;
  byDay: { date: string; delivered: number; failed: number; dead: number }[];
}

export const COUNT_WAITING = `SELECT (SELECT count(*) FROM webhook_deliveries WHERE webhook_id = ?1 AND status = 'pending') AS pending,
  (SELECT count(*) FROM webhook_deliveries WHERE webhook_id = ?1 AND status = 'dead') AS dead`;

export const NEWEST_DURATIONS = `SELECT duration_ms AS ms FROM webhook_attempts WHERE webhook_id = ?1 AND outcome <> 'refused'
  ORDER BY at DESC, delivery_id DESC, attempt DESC LIMIT ${NEWEST_ATTEMPTS}`;

/** Attempts of the last `days` days (UTC), today included; what waits and what is dead, as it is now. */
export async function getWebhookMetrics(ctx: ServiceContext, id: string, days: number): Promise<WebhookMetrics> {
  assertCan(ctx, "read");
  await loadWebhook(ctx, id);
  const today = Math.floor(ctx.now() / DAY_MS) * DAY_MS;
  const dates = Array.from({ length: days }, (_, i) => new Date(today - (days - 1 - i) * DAY_MS).toISOString().slice(0, 10));
  const [rows, waiting, durations] = await Promise.all([
    ctx.db
      .select()
      .from(webhookDays)
      .where(and(eq(webhookDays.webhookId, id), gte(webhookDays.day, dates[0] ?? "")))
      .orderBy(sql`day`)
      .limit(days + 1),
    ctx.env.DB.prepare(COUNT_WAITING).bind(id).first<{ pending: number; dead: number }>(),
    ctx.env.DB.prepare(NEWEST_DURATIONS).bind(id).all<{ ms: number }>(),
  ]);
  const known = new Map(rows.map((row) => [row.day, row]));
  const byDay = dates.map((date) => {
    const { delivered = 0, failed = 0, dead = 0 } = known.get(date) ?? {};
    return { date, delivered, failed, dead };
  });
  const delivered = sum(byDay.map((day) => day.delivered));
  const failed = sum(byDay.map((day) => day.failed));
  const sorted = durations.results.map(({ ms }) => ms).sort((a, b) => a - b);
  return {
    delivered,
    failed,
    pending: waiting?.pending ?? 0,
    dead: waiting?.dead ?? 0,
    successRate: delivered + failed === 0 ? null : delivered / (delivered + failed),
    p50Ms: quantile(sorted, 0.5),
    p95Ms: quantile(sorted, 0.95),
    byDay,
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
