// Mail to a workspace's admins when deliveries come to an end. One endpoint writes once an hour at most, and counts.
import { and, eq, isNull, lte, or, sql } from "drizzle-orm";
import { prepareMail } from "../mail";
import type { WorkspaceContext } from "../shared/context";
import { tables } from "../store";
import type { WebhookRow } from "./events/targets";

const { webhooks, members, users } = tables;
const MAX_ADMINS = 20;
const TELL_EVERY_MS = 60 * 60_000;

/** Statements for the batch of the change itself; `wake` afterwards. */
export async function prepareTrouble(ctx: WorkspaceContext, webhook: WebhookRow, trouble: "paused" | "disabled", since: number | null) {
  const about = { host: hostOf(webhook.url), webhookId: webhook.id, url: ctx.env.PUBLIC_URL };
  const letters = await Promise.all(
    (await adminsOf(ctx)).map((to) =>
      trouble === "paused"
        ? prepareMail(ctx, {
            to,
            workspaceId: ctx.workspaceId,
            template: "webhook-paused",
            data: { ...about, since: new Date(since ?? ctx.now()).toISOString() },
          })
        : prepareMail(ctx, { to, workspaceId: ctx.workspaceId, template: "webhook-disabled", data: about }),
    ),
  );
  return { statements: letters.map(({ statement }) => statement), wake: () => Promise.all(letters.map((letter) => letter.wake())) };
}

/** Tells of dead letters when it is time to. When to ask again; null: when another dies. */
export async function tellOfDeadLetters(ctx: WorkspaceContext, webhookId: string, lastError: string): Promise<number | null> {
  const now = ctx.now();
  const row = await ctx.db
    .select({ url: webhooks.url, count: webhooks.deadUntold, toldAt: webhooks.toldAt })
    .from(webhooks)
    .where(and(eq(webhooks.workspaceId, ctx.workspaceId), eq(webhooks.id, webhookId)))
    .get();
  if (row === undefined || row.count === 0) return null;
  if (row.toldAt !== null && now - row.toldAt < TELL_EVERY_MS) return row.toldAt + TELL_EVERY_MS;
  const [taken] = await ctx.db
    .update(webhooks)
    .set({ deadUntold: sql`${webhooks.deadUntold} - ${row.count}`, toldAt: now })
    .where(
      and(
        eq(webhooks.workspaceId, ctx.workspaceId),
        eq(webhooks.id, webhookId),
        or(isNull(webhooks.toldAt), lte(webhooks.toldAt, now - TELL_EVERY_MS)),
      ),
    )
    .returning({ id: webhooks.id });
  if (taken === undefined) return now + TELL_EVERY_MS;
  const data = { host: hostOf(row.url), webhookId, count: row.count, lastError, url: ctx.env.PUBLIC_URL };
  for (const to of await adminsOf(ctx)) {
    const letter = await prepareMail(ctx, { to, workspaceId: ctx.workspaceId, template: "webhook-dead-letters", data });
    await letter.statement;
    await letter.wake();
  }
  return null;
}

async function adminsOf(ctx: WorkspaceContext): Promise<string[]> {
  const rows = await ctx.db
    .select({ email: users.email })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(and(eq(members.workspaceId, ctx.workspaceId), eq(members.role, "admin")))
    .limit(MAX_ADMINS);
  return rows.map(({ email }) => email);
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? "your endpoint";
}
