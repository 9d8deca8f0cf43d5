// Past events, sent again: to an endpoint that has lost them, or that was not there yet.
import { and, asc, eq, gte, inArray, lt } from "drizzle-orm";
import { getForm } from "../../forms";
import { listEntries } from "../../responses";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { ConflictError, InvalidError } from "../../shared/errors";
import { openPrimaryStore, tables } from "../../store";
import { auditIfChanged } from "../../store/audit";
import { addDeliveries, type DueEvent } from "../events/deliveries";
import { eventTypeOf, readRange, readSeqs, type TracedEntry } from "../events/read-entries";
import { fieldsOf, matcherOf, type WebhookRow } from "../events/targets";
import { deliveryId, entryEventId } from "../ids";
import { loadWebhook } from "../manage/endpoints";

const { webhookDeliveries, webhookEvents } = tables;

export type ReplayChoice =
  /** A stretch of a form's chain, whether or not the endpoint ever heard of it. */
  | { formId: string; shard: number; fromSeq: number; toSeq: number }
  /** All that happened to one response. */
  | { formId: string; responseId: string }
  /** Of those that this endpoint was once to hear. */
  | { since: number; until: number }
  /** Events that a delivery, or an event without a form's chain, has named. */
  | { eventIds: string[] };

export interface Replayed {
  replayed: number;
  /** Where to go on; null when nothing is left. */
  nextSeq: number | null;
  more: boolean;
}

const ENTRIES_AT_ONCE = 100;
const MAX_ENTRIES = 5_000;
const MAX_EVENTS = 5_000;

/** Under the ids they had, so that a receiver who has seen them knows them again. What is on its way already is left alone. */
export async function replayEvents(ctx: ServiceContext, webhookId: string, choice: ReplayChoice): Promise<Replayed> {
  assertCan(ctx, "write");
  const row = await loadWebhook(ctx, webhookId);
  if (row.status === "disabled") throw new ConflictError("The webhook is disabled; resume it first.", "wrong_state");
  const done = await chosen(ctx, row, choice);
  await ctx.db.batch([
    // Nothing else changes here, so the row is touched for the audit row to follow.
    ctx.db.update(tables.webhooks).set({ statusReason: row.statusReason }).where(eq(tables.webhooks.id, row.id)),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "webhook.replayed",
      targetKind: "webhook",
      targetId: webhookId,
      details: { replayed: done.replayed },
    }),
  ]);
  return done;
}

async function chosen(ctx: WorkspaceContext, row: WebhookRow, choice: ReplayChoice): Promise<Replayed> {
  if ("eventIds" in choice) return replayNamed(ctx, row, choice.eventIds);
  if ("since" in choice) return replaySpan(ctx, row, choice.since, choice.until);
  const form = await getForm(ctx, choice.formId);
  if (row.formId !== null && row.formId !== form.id) {
    throw new InvalidError("This webhook hears of another form.", [
      { path: "form_id", message: `It is bound to ${row.formId}.`, code: "other_form" },
    ]);
  }
  // Accepted means that it can be sent again: the ledger settles what it holds first.
  const shard = "shard" in choice ? choice.shard : 0;
  await listEntries(ctx, { formId: form.id, shard, after: 0, limit: 1 });
  const wanted = await wantedBy(ctx, row, form.id);
  if ("responseId" in choice) {
    const entries = await openPrimaryStore(ctx.env).responseEntries(ctx.workspaceId, form.id, choice.responseId, 1_000);
    const found = await readSeqs(
      ctx,
      form.id,
      entries[0]?.shard ?? 0,
      entries.map(({ seq }) => seq),
    );
    return only(await replay(ctx, row, [...found.values()].flatMap(wanted)));
  }
  let replayed = 0;
  const last = Math.min(choice.toSeq, choice.fromSeq + MAX_ENTRIES - 1);
  for (let fromSeq = choice.fromSeq; fromSeq <= last; fromSeq += ENTRIES_AT_ONCE) {
    const toSeq = Math.min(last, fromSeq + ENTRIES_AT_ONCE - 1);
    const page = await readRange(ctx, { formId: form.id, shard: choice.shard, fromSeq, toSeq }, row.filter !== null);
    replayed += await replay(ctx, row, page.flatMap(wanted));
    if (page.length === 0) return only(replayed);
  }
  return { replayed, nextSeq: last < choice.toSeq ? last + 1 : null, more: last < choice.toSeq };
}

async function wantedBy(ctx: WorkspaceContext, row: WebhookRow, formId: string): Promise<(traced: TracedEntry) => DueEvent[]> {
  const matches = row.filter === null ? null : matcherOf(ctx, row, await fieldsOf(ctx, formId));
  return ({ entry, row: response }) => {
    const type = eventTypeOf(entry);
    if (type === null || !row.events.includes(type)) return [];
    if (matches !== null && response !== null && !matches({ ...response, data: entry.data ?? response.data, status: entry.status }))
      return [];
    const { shard, seq, at, responseId } = entry;
    return [{ eventId: entryEventId(formId, shard, seq, at), type, occurredAt: at, formId, shard, seq, responseId }];
  };
}

async function replaySpan(ctx: WorkspaceContext, row: WebhookRow, since: number, until: number): Promise<Replayed> {
  const rows = await ctx.db
    .select()
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.webhookId, row.id), gte(webhookDeliveries.occurredAt, since), lt(webhookDeliveries.occurredAt, until)))
    .orderBy(asc(webhookDeliveries.occurredAt), asc(webhookDeliveries.seq))
    .limit(MAX_EVENTS + 1);
  const replayed = await replay(ctx, row, rows.slice(0, MAX_EVENTS).map(dueEventOf));
  return { replayed, nextSeq: null, more: rows.length > MAX_EVENTS };
}

async function replayNamed(ctx: WorkspaceContext, row: WebhookRow, eventIds: string[]): Promise<Replayed> {
  const ids = eventIds.slice(0, 90);
  const [deliveries, events] = await Promise.all([
    ctx.db
      .select()
      .from(webhookDeliveries)
      .where(
        and(
          inArray(
            webhookDeliveries.id,
            ids.map((id) => deliveryId(row.id, id)),
          ),
          eq(webhookDeliveries.workspaceId, ctx.workspaceId),
        ),
      ),
    ctx.db
      .select()
      .from(webhookEvents)
      .where(and(inArray(webhookEvents.id, ids), eq(webhookEvents.workspaceId, ctx.workspaceId))),
  ]);
  const known = new Set(deliveries.map(({ eventId }) => eventId));
  const others = events
    .filter(({ id, formId }) => !known.has(id) && (row.formId === null || row.formId === formId))
    .map(({ id, type, occurredAt, formId }) => ({ eventId: id, type, occurredAt, formId, shard: null, seq: 0, responseId: null }));
  return only(await replay(ctx, row, [...deliveries.map(dueEventOf), ...others]));
}

async function replay(ctx: WorkspaceContext, row: WebhookRow, events: readonly DueEvent[]): Promise<number> {
  await addDeliveries(
    ctx,
    events.map((event) => ({ webhookId: row.id, event })),
    true,
  );
  return events.length;
}

function dueEventOf(row: typeof webhookDeliveries.$inferSelect): DueEvent {
  const { eventId, eventType, occurredAt, formId, shard, seq, responseId } = row;
  return { eventId, type: eventType, occurredAt, formId: formId === "" ? null : formId, shard, seq, responseId };
}

const only = (replayed: number): Replayed => ({ replayed, nextSeq: null, more: false });
