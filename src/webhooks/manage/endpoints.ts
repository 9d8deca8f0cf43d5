// Endpoints: made, read, changed and taken away.
import { and, asc, eq, gt, isNull, sql } from "drizzle-orm";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { ConflictError, NotFoundError } from "../../shared/errors";
import { newId } from "../../shared/ids";
import { decodeCursor, type Page, toPage } from "../../shared/lists";
import { tables } from "../../store";
import { auditActor, auditIfChanged } from "../../store/audit";
import type { WebhookRow } from "../events/targets";
import { laneOf } from "../lane/api";
import { CANCEL } from "../lane/store";
import { MAX_WEBHOOKS } from "../limits";
import { BOTH_VALID_MS, newSecret, openHeaders, sealHeaders, sealSecret } from "../secrets";
import { refuseBad, type WebhookFields } from "./check";

const { webhooks } = tables;

export interface Webhook extends Omit<WebhookRow, "secret" | "previousSecret" | "headers"> {
  /** Values are never shown again: they hold tokens. */
  headerNames: string[];
}

export interface WebhookInput extends WebhookFields {
  description: string | null;
  ordered: boolean;
  maxPerMinute: number | null;
}

export async function createWebhook(ctx: ServiceContext, input: WebhookInput): Promise<Webhook & { newSecret: string }> {
  assertCan(ctx, "write");
  await refuseBad(ctx, input);
  const now = ctx.now();
  const secret = newSecret();
  const row = {
    id: newId("webhook", now),
    workspaceId: ctx.workspaceId,
    formId: input.formId,
    url: input.url,
    description: input.description,
    events: [...new Set(input.events)],
    template: input.template ?? null,
    filter: input.filter,
    headers: Object.keys(input.headers).length === 0 ? null : await sealHeaders(ctx.env, input.headers),
    redact: input.redact,
    ordered: input.ordered,
    maxPerMinute: input.maxPerMinute,
    secret: await sealSecret(ctx.env, secret),
    status: "active" as const,
    statusAt: now,
    createdBy: auditActor(ctx).id,
    createdAt: now,
    updatedAt: now,
  };
  const [{ count } = { count: 0 }] = await ctx.db
    .select({ count: sql<number>`count(*)` })
    .from(webhooks)
    .where(and(eq(webhooks.workspaceId, ctx.workspaceId), isNull(webhooks.deletedAt)));
  if (count >= MAX_WEBHOOKS) throw new ConflictError(`A workspace has at most ${MAX_WEBHOOKS} webhooks.`, "too_many");
  const [created] = await ctx.db.batch([
    ctx.db.insert(webhooks).values(row).returning(),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "webhook.created",
      targetKind: "webhook",
      targetId: row.id,
      details: { host: URL.parse(row.url)?.host, events: row.events },
    }),
  ]);
  return { ...(await toWebhook(ctx, created[0] as WebhookRow)), newSecret: secret };
}

export async function listWebhooks(
  ctx: ServiceContext,
  input: { limit: number; cursor?: string; formId?: string },
): Promise<Page<Webhook>> {
  assertCan(ctx, "read");
  const after = decodeCursor(input.cursor, 1);
  const rows = await ctx.db
    .select()
    .from(webhooks)
    .where(
      and(
        eq(webhooks.workspaceId, ctx.workspaceId),
        isNull(webhooks.deletedAt),
        after ? gt(webhooks.id, String(after[0])) : undefined,
        input.formId === undefined ? undefined : eq(webhooks.formId, input.formId),
      ),
    )
    .orderBy(asc(webhooks.id))
    .limit(input.limit + 1);
  const page = toPage(rows, input.limit, (row) => [row.id]);
  return { ...page, items: await Promise.all(page.items.map((row) => toWebhook(ctx, row))) };
}

export async function getWebhook(ctx: ServiceContext, id: string): Promise<Webhook> {
  assertCan(ctx, "read");
  return toWebhook(ctx, await loadWebhook(ctx, id));
}

export async function updateWebhook(
  ctx: ServiceContext,
  id: string,
  change: Partial<WebhookInput> & { status?: "active" | "paused" },
): Promise<Webhook> {
  assertCan(ctx, "write");
  const row = await loadWebhook(ctx, id);
  // A filter is about a form's fields: when one of the two changes, both are looked at.
  const filter =
    change.filter !== undefined || change.formId !== undefined
      ? (change.filter ?? (change.filter === null ? null : row.filter))
      : undefined;
  await refuseBad(ctx, {
    ...change,
    formId: change.formId === undefined ? row.formId : change.formId,
    filter: filter as Record<string, unknown> | null | undefined,
  });
  const { headers, events, status, ...plain } = change;
  const now = Math.max(ctx.now(), row.updatedAt + 1);
  const [changed] = await ctx.db.batch([
    ctx.db
      .update(webhooks)
      .set({
        ...plain,
        ...(events === undefined ? {} : { events: [...new Set(events)] }),
        ...(headers === undefined ? {} : { headers: Object.keys(headers).length === 0 ? null : await sealHeaders(ctx.env, headers) }),
        ...(status === undefined || status === row.status
          ? {}
          : { status, statusReason: null, statusAt: now, failingSince: null, openUntil: null }),
        updatedAt: now,
      })
      .where(thisWebhook(ctx, id))
      .returning(),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "webhook.updated",
      targetKind: "webhook",
      targetId: id,
      details: { changed: Object.keys(change) },
    }),
  ]);
  if (changed[0] === undefined) throw new NotFoundError("The webhook");
  if (status === "active" && row.status !== "active") await laneOf(ctx.env, id).resume();
  else await laneOf(ctx.env, id).changed();
  return toWebhook(ctx, changed[0]);
}

/** What is still due is called off; what was delivered stays on record. */
export async function deleteWebhook(ctx: ServiceContext, id: string): Promise<void> {
  assertCan(ctx, "delete");
  await loadWebhook(ctx, id);
  const now = ctx.now();
  await ctx.db.batch([
    // Its secrets go with it.
    ctx.db
      .update(webhooks)
      .set({ deletedAt: now, updatedAt: now, headers: null, secret: "", previousSecret: null, previousUntil: null })
      .where(thisWebhook(ctx, id)),
    auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action: "webhook.deleted", targetKind: "webhook", targetId: id }),
  ]);
  await ctx.env.DB.prepare(CANCEL).bind(id, now).run();
  await laneOf(ctx.env, id).changed();
}

/** The old secret signs beside the new one for a day. */
export async function rotateSecret(ctx: ServiceContext, id: string): Promise<Webhook & { newSecret: string }> {
  assertCan(ctx, "write");
  const row = await loadWebhook(ctx, id);
  const secret = newSecret();
  const now = Math.max(ctx.now(), row.updatedAt + 1);
  const [changed] = await ctx.db.batch([
    ctx.db
      .update(webhooks)
      .set({
        secret: await sealSecret(ctx.env, secret),
        previousSecret: row.secret,
        previousUntil: ctx.now() + BOTH_VALID_MS,
        updatedAt: now,
      })
      // Of two who rotate in the same moment one is told so; else the other's new secret would be lost at once.
      .where(and(thisWebhook(ctx, id), eq(webhooks.updatedAt, row.updatedAt)))
      .returning(),
    auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action: "webhook.secret_rotated", targetKind: "webhook", targetId: id }),
  ]);
  if (changed[0] === undefined) throw new ConflictError("The webhook was changed by somebody else meanwhile; try again.", "busy");
  await laneOf(ctx.env, id).changed();
  return { ...(await toWebhook(ctx, changed[0])), newSecret: secret };
}

/** Whatever stopped it is said to be mended: what has waited goes out, with a clean slate. */
export async function resumeWebhook(ctx: ServiceContext, id: string): Promise<Webhook> {
  assertCan(ctx, "write");
  const row = await loadWebhook(ctx, id);
  const now = Math.max(ctx.now(), row.updatedAt + 1);
  const [changed] = await ctx.db.batch([
    ctx.db
      .update(webhooks)
      .set({ status: "active", statusReason: null, statusAt: now, failingSince: null, openUntil: null, updatedAt: now })
      .where(thisWebhook(ctx, id))
      .returning(),
    auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action: "webhook.resumed", targetKind: "webhook", targetId: id }),
  ]);
  if (changed[0] === undefined) throw new NotFoundError("The webhook");
  await laneOf(ctx.env, id).resume();
  return toWebhook(ctx, changed[0]);
}

export async function loadWebhook(ctx: WorkspaceContext, id: string): Promise<WebhookRow> {
  const row = await ctx.db.select().from(webhooks).where(thisWebhook(ctx, id)).get();
  if (row === undefined) throw new NotFoundError("The webhook");
  return row;
}

function thisWebhook(ctx: WorkspaceContext, id: string) {
  return and(eq(webhooks.workspaceId, ctx.workspaceId), eq(webhooks.id, id), isNull(webhooks.deletedAt));
}

async function toWebhook(ctx: ServiceContext, row: WebhookRow): Promise<Webhook> {
  const { secret: _, previousSecret: __, headers, ...rest } = row;
  return { ...rest, headerNames: Object.keys(await openHeaders(ctx.env, headers)) };
}
