// Who is to hear of an event.
import { and, eq, isNull, ne } from "drizzle-orm";
import { describeFields, type FieldDescription, listSchemas } from "../../forms";
import { type MatchableRow, matchesCondition, parseFilter } from "../../responses";
import type { ServiceContext, WorkspaceContext } from "../../shared/context";
import { describeError } from "../../shared/log";
import { type Condition, tables } from "../../store";
import { MAX_WEBHOOKS } from "../limits";

const { webhooks } = tables;

export type WebhookRow = typeof webhooks.$inferSelect;

export interface Target {
  webhook: WebhookRow;
  /** Whether the response is one that this endpoint asked for; null: all are. */
  matches: ((row: MatchableRow) => boolean) | null;
}

/** Endpoints that may hear of what happens in this form; paused ones too, for when they are resumed. */
export async function findTargets(ctx: WorkspaceContext, formId: string | null, wants: (event: string) => boolean): Promise<Target[]> {
  const rows = await ctx.db
    .select()
    .from(webhooks)
    .where(and(eq(webhooks.workspaceId, ctx.workspaceId), isNull(webhooks.deletedAt), ne(webhooks.status, "disabled")))
    .limit(MAX_WEBHOOKS);
  const hearing = rows.filter((row) => (row.formId === null || row.formId === formId) && row.events.some(wants));
  const filtered = hearing.some((row) => row.filter !== null);
  const fields = filtered && formId !== null ? await fieldsOf(ctx, formId) : [];
  return hearing.map((webhook) => ({ webhook, matches: webhook.filter === null ? null : matcherOf(ctx, webhook, fields) }));
}

/** Of every version, the newest description of each. */
export async function fieldsOf(ctx: ServiceContext, formId: string): Promise<FieldDescription[]> {
  const found = new Map<string, FieldDescription>();
  for (const schema of await listSchemas(ctx, formId)) for (const field of describeFields(schema)) found.set(field.path, field);
  return [...found.values()];
}

export function matcherOf(ctx: ServiceContext, webhook: WebhookRow, fields: FieldDescription[]): ((row: MatchableRow) => boolean) | null {
  let condition: Condition;
  try {
    condition = parseFilter(webhook.filter, fields);
  } catch (error) {
    // It was valid when it was saved. Telling too much is mended by the receiver, telling nothing by nobody.
    ctx.log.error("filter of a webhook cannot be read; everything is sent", { webhook_id: webhook.id, ...describeError(error) });
    return null;
  }
  return (row) => matchesCondition(condition, row);
}
