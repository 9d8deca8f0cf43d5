// What became of deliveries: by response, by endpoint, and those that died.
import { and, asc, desc, eq, gt, gte, lt, sql } from "drizzle-orm";
import { getResponse } from "../../responses";
import { assertCan, type ServiceContext } from "../../shared/context";
import { ConflictError, NotFoundError } from "../../shared/errors";
import { decodeCursor, type Page, toPage } from "../../shared/lists";
import { tables } from "../../store";
import { auditIfChanged } from "../../store/audit";
import { sendWakeUps } from "../../store/events";
import { type EventBody, redacted } from "../payload/body";
import { readContents } from "../payload/contents";

const { webhooks, webhookDeliveries, webhookAttempts } = tables;

export type DeliveryRow = typeof webhookDeliveries.$inferSelect;
export type AttemptRow = typeof webhookAttempts.$inferSelect;
export interface Delivery extends DeliveryRow {
  url: string;
}

export async function listAttempts(
  ctx: ServiceContext,
  input: { webhookId: string; limit: number; cursor?: string },
): Promise<Page<AttemptRow>> {
  assertCan(ctx, "read");
  await assertWebhook(ctx, input.webhookId);
  const [at, deliveryId, attempt] = decodeCursor(input.cursor, 3) ?? [];
  const rows = await ctx.db
    .select()
    .from(webhookAttempts)
    .where(
      and(
        eq(webhookAttempts.webhookId, input.webhookId),
        at === undefined
          ? undefined
          : sql`(${webhookAttempts.at}, ${webhookAttempts.deliveryId}, ${webhookAttempts.attempt}) < (${at}, ${deliveryId}, ${attempt})`,
      ),
    )
    .orderBy(desc(webhookAttempts.at), desc(webhookAttempts.deliveryId), desc(webhookAttempts.attempt))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, (row) => [row.at, row.deliveryId, row.attempt]);
}

/** Proof of delivery: each endpoint's outcome for everything that happened to a response. */
export async function listResponseDeliveries(
  ctx: ServiceContext,
  input: { formId: string; responseId: string; limit: number; cursor?: string },
): Promise<Page<Delivery>> {
  assertCan(ctx, "read");
  const { value: response } = await getResponse(ctx, input.formId, input.responseId);
  const after = decodeCursor(input.cursor, 1);
  const rows = await ctx.db
    .select({ delivery: webhookDeliveries, url: webhooks.url })
    .from(webhookDeliveries)
    .innerJoin(webhooks, eq(webhooks.id, webhookDeliveries.webhookId))
    .where(
      and(
        eq(webhookDeliveries.responseId, response.id),
        eq(webhookDeliveries.workspaceId, ctx.workspaceId),
        after ? gt(webhookDeliveries.id, String(after[0])) : undefined,
      ),
    )
    .orderBy(asc(webhookDeliveries.id))
    .limit(input.limit + 1);
  return toPage(
    rows.map(({ delivery, url }) => ({ ...delivery, url })),
    input.limit,
    (row) => [row.id],
  );
}

export interface DeadLetterChoice {
  webhookId?: string;
  since?: number;
  until?: number;
}

export async function listDeadLetters(
  ctx: ServiceContext,
  input: DeadLetterChoice & { limit: number; cursor?: string },
): Promise<Page<Delivery>> {
  assertCan(ctx, "read");
  const [at, id] = decodeCursor(input.cursor, 2) ?? [];
  const rows = await ctx.db
    .select({ delivery: webhookDeliveries, url: webhooks.url })
    .from(webhookDeliveries)
    .innerJoin(webhooks, eq(webhooks.id, webhookDeliveries.webhookId))
    .where(
      and(
        DEAD,
        eq(webhookDeliveries.workspaceId, ctx.workspaceId),
        ...chosen(input),
        at === undefined ? undefined : sql`(${webhookDeliveries.finishedAt}, ${webhookDeliveries.id}) < (${at}, ${id})`,
      ),
    )
    .orderBy(desc(webhookDeliveries.finishedAt), desc(webhookDeliveries.id))
    .limit(input.limit + 1);
  return toPage(
    rows.map(({ delivery, url }) => ({ ...delivery, url })),
    input.limit,
    (row) => [row.finishedAt ?? 0, row.id],
  );
}

// Written out: with a bound value the store could not see that the partial index covers it.
const DEAD = sql`${webhookDeliveries.status} = 'dead'`;

function chosen({ webhookId, since, until }: DeadLetterChoice) {
  return [
    webhookId === undefined ? undefined : eq(webhookDeliveries.webhookId, webhookId),
    since === undefined ? undefined : gte(webhookDeliveries.finishedAt, since),
    until === undefined ? undefined : lt(webhookDeliveries.finishedAt, until),
  ];
}

/** One dead letter with all that was tried, and what it tells (redacted as it would be sent). */
export async function getDeadLetter(ctx: ServiceContext, id: string): Promise<Delivery & { tried: AttemptRow[]; body: EventBody | null }> {
  assertCan(ctx, "read");
  const found = await ctx.db
    .select({ delivery: webhookDeliveries, url: webhooks.url, redact: webhooks.redact })
    .from(webhookDeliveries)
    .innerJoin(webhooks, eq(webhooks.id, webhookDeliveries.webhookId))
    .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.workspaceId, ctx.workspaceId), DEAD))
    .get();
  if (found === undefined) throw new NotFoundError("The dead letter");
  const [tried, bodies] = await Promise.all([
    ctx.db
      .select()
      .from(webhookAttempts)
      .where(and(eq(webhookAttempts.deliveryId, id), eq(webhookAttempts.workspaceId, ctx.workspaceId)))
      .orderBy(asc(webhookAttempts.attempt))
      .limit(1_000),
    readContents(ctx, [found.delivery]),
  ]);
  const body = bodies.get(id);
  return { ...found.delivery, url: found.url, tried, body: body === undefined ? null : redacted(body, found.redact) };
}

export async function retryDeadLetter(ctx: ServiceContext, id: string): Promise<DeliveryRow> {
  assertCan(ctx, "write");
  const row = await ctx.db
    .select()
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.workspaceId, ctx.workspaceId)))
    .get();
  if (row === undefined) throw new NotFoundError("The dead letter");
  if ((await startOver(ctx, [id])) === 0) {
    throw new ConflictError("It is no dead letter (any more), or its webhook was deleted.", "wrong_state");
  }
  const again = await ctx.db
    .select()
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.workspaceId, ctx.workspaceId)))
    .get();
  return again ?? row;
}

const RETRIED_AT_ONCE = 500;
const MAX_RETRIED = 10_000;

/** Those named, or all of an endpoint or a span of time. `more`: ask again for the rest. */
export async function retryDeadLetters(
  ctx: ServiceContext,
  choice: DeadLetterChoice & { ids?: string[] },
): Promise<{ retried: number; more: boolean }> {
  assertCan(ctx, "write");
  if (choice.webhookId !== undefined) await assertWebhook(ctx, choice.webhookId);
  let retried = 0;
  if (choice.ids !== undefined) {
    for (let i = 0; i < choice.ids.length; i += RETRIED_AT_ONCE) retried += await startOver(ctx, choice.ids.slice(i, i + RETRIED_AT_ONCE));
    return { retried, more: false };
  }
  while (retried < MAX_RETRIED) {
    const rows = await ctx.db
      .select({ id: webhookDeliveries.id })
      .from(webhookDeliveries)
      .innerJoin(webhooks, eq(webhooks.id, webhookDeliveries.webhookId))
      .where(and(DEAD, eq(webhookDeliveries.workspaceId, ctx.workspaceId), sql`${webhooks.deletedAt} IS NULL`, ...chosen(choice)))
      .orderBy(asc(webhookDeliveries.finishedAt))
      .limit(RETRIED_AT_ONCE);
    if (rows.length === 0) return { retried, more: false };
    retried += await startOver(
      ctx,
      rows.map(({ id }) => id),
    );
  }
  return { retried, more: true };
}

export const START_OVER = `UPDATE webhook_deliveries SET status = 'pending', tries = 0, due_at = ?3, created_at = ?3, finished_at = NULL
  WHERE id IN (SELECT value FROM json_each(?1)) AND workspace_id = ?2 AND status = 'dead'
    AND EXISTS (SELECT 1 FROM webhooks w WHERE w.id = webhook_id AND w.deleted_at IS NULL)
  RETURNING webhook_id`;

/** How many were dead and are on their way again, under the same id. */
async function startOver(ctx: ServiceContext & { workspaceId: string }, ids: readonly string[]): Promise<number> {
  const audit = auditIfChanged(ctx, {
    workspaceId: ctx.workspaceId,
    action: "webhook.dead_letters_retried",
    targetKind: "delivery",
    targetId: ids[0] ?? "",
    details: { count: ids.length },
  }).getQuery();
  const [changed] = await ctx.env.DB.batch<{ webhook_id: string }>([
    ctx.env.DB.prepare(START_OVER).bind(JSON.stringify(ids), ctx.workspaceId, ctx.now()),
    ctx.env.DB.prepare(audit.sql).bind(...audit.params),
  ]);
  const rows = changed?.results ?? [];
  const woken = new Set(rows.map((row) => row.webhook_id));
  await sendWakeUps(
    ctx,
    [...woken].map((webhookId) => ({ type: "wake", webhook_id: webhookId, correlation_id: ctx.correlationId })),
  );
  return rows.length;
}

/** Also one that was deleted: what it was sent stays on record. */
async function assertWebhook(ctx: ServiceContext & { workspaceId: string }, id: string): Promise<void> {
  const row = await ctx.db
    .select({ id: webhooks.id })
    .from(webhooks)
    .where(and(eq(webhooks.id, id), eq(webhooks.workspaceId, ctx.workspaceId)))
    .get();
  if (row === undefined) throw new NotFoundError("The webhook");
}
