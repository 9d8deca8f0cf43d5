// From what happened to who is told: settled entries, and events that are rows.
import { and, eq, inArray, isNull } from "drizzle-orm";
import type { Follower } from "../../responses";
import { asSystem, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { tables } from "../../store";
import { isResponseEvent, type StoredEventType } from "../event-types";
import { entryEventId } from "../ids";
import { addDeliveries, type Pair } from "./deliveries";
import { eventTypeOf, readRange, type TracedEntry } from "./read-entries";
import { findTargets, type Target } from "./targets";

const { webhookCursors, webhookEvents } = tables;
const ENTRIES_AT_ONCE = 100;
/** How far back a new endpoint that wants order looks for ranges that are being fanned out beside this one. */
const LOOK_BACK = 100;

export const fanOutEntries: Follower = async (ctx, range) => {
  if (!range.mayHave.webhooks) return;
  const targets = await findTargets(ctx, range.formId, isResponseEvent);
  if (targets.length === 0) return;
  const { formId, shard } = range;
  const starts = await startsOf(ctx, targets, formId, shard, range.fromSeq);
  const withRows = targets.some((target) => target.matches !== null);
  for (let fromSeq = Math.min(...starts.values()); fromSeq <= range.toSeq; fromSeq += ENTRIES_AT_ONCE) {
    const toSeq = Math.min(range.toSeq, fromSeq + ENTRIES_AT_ONCE - 1);
    const page = await readRange(ctx, { formId, shard, fromSeq, toSeq }, withRows);
    await addDeliveries(
      ctx,
      page.flatMap((traced) => pairsOf(formId, traced, targets, starts)),
    );
  }
  await moveCursors(ctx, targets, formId, shard, range.toSeq);
};

function pairsOf(formId: string, traced: TracedEntry, targets: readonly Target[], starts: ReadonlyMap<string, number>): Pair[] {
  const { entry, row } = traced;
  const type = eventTypeOf(entry);
  if (type === null) return [];
  const event = {
    eventId: entryEventId(formId, entry.shard, entry.seq, entry.at),
    type,
    occurredAt: entry.at,
    formId,
    shard: entry.shard,
    seq: entry.seq,
    responseId: entry.responseId,
  };
  return targets
    .filter(({ webhook }) => webhook.events.includes(type) && entry.at >= webhook.createdAt && entry.seq >= (starts.get(webhook.id) ?? 0))
    .filter(({ matches }) => matches === null || row === null || matches({ ...row, data: entry.data ?? row.data, status: entry.status }))
    .map(({ webhook }) => ({ webhookId: webhook.id, event }));
}

/**
 * Ranges are told side by side, so a later one may come first. To an endpoint that wants order, whoever comes first also tells
 * what was settled before: then every row below the ones it adds is there, and the lane can send in order without waiting for
 * something it cannot see. The other range finds its rows made already.
 */
async function startsOf(
  ctx: WorkspaceContext,
  targets: readonly Target[],
  formId: string,
  shard: number,
  fromSeq: number,
): Promise<Map<string, number>> {
  const ordered = targets.filter(({ webhook }) => webhook.ordered).map(({ webhook }) => webhook.id);
  const cursors =
    ordered.length === 0
      ? []
      : await ctx.db
          .select()
          .from(webhookCursors)
          .where(
            and(
              inArray(webhookCursors.webhookId, ordered.slice(0, 90)),
              eq(webhookCursors.formId, formId),
              eq(webhookCursors.shard, shard),
            ),
          );
  const known = new Map(cursors.map((cursor) => [cursor.webhookId, cursor.seq]));
  return new Map(
    targets.map(({ webhook }) => {
      const cursor = known.get(webhook.id) ?? Math.max(0, fromSeq - 1 - LOOK_BACK);
      return [webhook.id, webhook.ordered ? Math.min(fromSeq, cursor + 1) : fromSeq];
    }),
  );
}

export const MOVE_CURSORS = `INSERT INTO webhook_cursors (webhook_id, form_id, shard, seq) SELECT value, ?2, ?3, ?4 FROM json_each(?1) WHERE true
  ON CONFLICT (webhook_id, form_id, shard) DO UPDATE SET seq = max(seq, excluded.seq)`;

async function moveCursors(ctx: WorkspaceContext, targets: readonly Target[], formId: string, shard: number, toSeq: number): Promise<void> {
  const ordered = targets.filter(({ webhook }) => webhook.ordered).map(({ webhook }) => webhook.id);
  if (ordered.length > 0) await ctx.env.DB.prepare(MOVE_CURSORS).bind(JSON.stringify(ordered), formId, shard, toSeq).run();
}

export interface StoredEvent {
  id: string;
  workspaceId: string;
  type: StoredEventType;
  formId: string | null;
  occurredAt: number;
  data: Record<string, unknown>;
}

/** Somebody who wants to hear of events that are rows, at least once each. It must not mind being told twice. */
export type EventFollower = (ctx: WorkspaceContext, event: StoredEvent) => Promise<void>;

/** Tells everybody, then notes that they know. */
export async function tellEvent(ctx: ServiceContext, eventId: string, followers: readonly EventFollower[]): Promise<void> {
  const row = await ctx.db
    .select()
    .from(webhookEvents)
    .where(and(eq(webhookEvents.id, eventId), isNull(webhookEvents.fannedAt)))
    .get();
  if (row === undefined) return;
  const correlationId = row.correlationId ?? ctx.correlationId;
  const own = { ...asSystem(ctx, row.workspaceId), correlationId, log: ctx.log.with({ correlation_id: correlationId }) };
  for (const follow of followers) await follow(own, { ...row, type: row.type as StoredEventType });
  await ctx.db.update(webhookEvents).set({ fannedAt: ctx.now() }).where(eq(webhookEvents.id, eventId));
}

export const fanOutStored: EventFollower = async (ctx, event) => {
  const targets = await findTargets(ctx, event.formId, (type) => type === event.type);
  const { id: eventId, type, occurredAt, formId } = event;
  const due = { eventId, type, occurredAt, formId, shard: null, seq: 0, responseId: null };
  await addDeliveries(
    ctx,
    targets.filter(({ webhook }) => occurredAt >= webhook.createdAt).map(({ webhook }) => ({ webhookId: webhook.id, event: due })),
  );
};
