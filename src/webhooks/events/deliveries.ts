// Delivery rows: one for each event and endpoint, whoever tells of it and however often.
import type { ServiceContext } from "../../shared/context";
import { sendWakeUps } from "../../store/events";
import { deliveryId } from "../ids";

export interface DueEvent {
  eventId: string;
  type: string;
  occurredAt: number;
  formId: string | null;
  shard: number | null;
  /** 0: not of a chain. */
  seq: number;
  responseId: string | null;
}

const ROWS_PER_STATEMENT = 500;

const COLUMNS = `id, workspace_id, webhook_id, event_id, event_type, occurred_at, form_id, shard, seq, response_id, status, due_at,
  correlation_id, created_at`;
const VALUES = `e.value ->> 'id', ?2, e.value ->> 'webhook', e.value ->> 'event', e.value ->> 'type', e.value ->> 'at', e.value ->> 'form',
  e.value ->> 'shard', e.value ->> 'seq', e.value ->> 'response', 'pending', ?3, ?4, ?3`;

export const ADD_DELIVERIES = `INSERT INTO webhook_deliveries (${COLUMNS}) SELECT ${VALUES} FROM json_each(?1) e WHERE true
  ON CONFLICT (id) DO NOTHING`;

/** As ADD, and what was there before starts over: under the same id, so that a receiver who has seen it knows it again. */
export const REPLAY_DELIVERIES = `INSERT INTO webhook_deliveries (${COLUMNS}) SELECT ${VALUES} FROM json_each(?1) e WHERE true
  ON CONFLICT (id) DO UPDATE SET status = 'pending', tries = 0, due_at = excluded.due_at, created_at = excluded.created_at, finished_at = NULL
  WHERE webhook_deliveries.status <> 'pending'`;

export interface Pair {
  webhookId: string;
  event: DueEvent;
}

/** Writes the rows and wakes the endpoints. `replay`: also those that are over. */
export async function addDeliveries(ctx: ServiceContext & { workspaceId: string }, pairs: readonly Pair[], replay = false): Promise<void> {
  const now = ctx.now();
  for (let i = 0; i < pairs.length; i += ROWS_PER_STATEMENT) {
    const rows = pairs.slice(i, i + ROWS_PER_STATEMENT).map(({ webhookId, event }) => ({
      id: deliveryId(webhookId, event.eventId),
      webhook: webhookId,
      event: event.eventId,
      type: event.type,
      at: event.occurredAt,
      form: event.formId ?? "",
      shard: event.shard,
      seq: event.seq,
      response: event.responseId,
    }));
    await ctx.env.DB.prepare(replay ? REPLAY_DELIVERIES : ADD_DELIVERIES)
      .bind(JSON.stringify(rows), ctx.workspaceId, now, ctx.correlationId)
      .run();
  }
  const woken = new Set(pairs.map((pair) => pair.webhookId));
  await sendWakeUps(
    ctx,
    [...woken].map((webhookId) => ({ type: "wake", webhook_id: webhookId, correlation_id: ctx.correlationId })),
  );
}
