// What a delivery tells, read anew for each attempt: a row holds no answers, so what has been erased meanwhile is not sent.
import { and, eq, inArray } from "drizzle-orm";
import { getForm } from "../../forms";
import type { WorkspaceContext } from "../../shared/context";
import { DomainError } from "../../shared/errors";
import { tables } from "../../store";
import { readSeqs } from "../events/read-entries";
import { type EventBody, entryBody, type FormFacts } from "./body";

const { webhookEvents } = tables;
const MAX_AT_ONCE = 50;

export interface Pointer {
  id: string;
  eventId: string;
  eventType: string;
  formId: string;
  shard: number | null;
  seq: number;
}

/** By delivery. What is not in it is nowhere to be found any more. At most 50 at once: answers may be large. */
export async function readContents(ctx: WorkspaceContext, pointers: readonly Pointer[]): Promise<Map<string, EventBody>> {
  const wanted = pointers.slice(0, MAX_AT_ONCE);
  const bodies = new Map<string, EventBody>();
  const chains = Map.groupBy(
    wanted.filter((pointer) => pointer.shard !== null),
    ({ formId, shard }) => `${formId}:${shard}`,
  );
  const fromChain = async (group: Pointer[]) => {
    const [{ formId, shard } = { formId: "", shard: 0 }] = group;
    const found = await readSeqs(
      ctx,
      formId,
      shard ?? 0,
      group.map(({ seq }) => seq),
    );
    for (const { id, seq, eventType } of group) {
      const traced = found.get(seq);
      if (traced !== undefined) bodies.set(id, entryBody(ctx.workspaceId, formId, eventType, traced));
    }
  };
  const fromRows = async (group: Pointer[]) => {
    if (group.length === 0) return;
    const ids = [...new Set(group.map(({ eventId }) => eventId))];
    const rows = await ctx.db
      .select()
      .from(webhookEvents)
      .where(and(eq(webhookEvents.workspaceId, ctx.workspaceId), inArray(webhookEvents.id, ids)));
    const events = new Map(rows.map((row) => [row.id, row]));
    for (const { id, eventId } of group) {
      const event = events.get(eventId);
      if (event !== undefined) bodies.set(id, storedBody(event));
    }
  };
  await Promise.all([...[...chains.values()].map(fromChain), fromRows(wanted.filter((pointer) => pointer.shard === null))]);
  return bodies;
}

function storedBody(
  event: Pick<typeof webhookEvents.$inferSelect, "id" | "type" | "occurredAt" | "workspaceId" | "formId" | "data">,
): EventBody {
  return {
    id: event.id,
    type: event.type,
    occurred_at: new Date(event.occurredAt).toISOString(),
    workspace_id: event.workspaceId,
    form_id: event.formId,
    data: event.data,
  };
}

/** For templates; null when the form is not there any more. */
export async function formFacts(ctx: WorkspaceContext, formId: string | null): Promise<FormFacts | null> {
  if (formId === null || formId === "") return null;
  try {
    const { id, title, slug } = await getForm(ctx, formId);
    return { id, title, slug };
  } catch (error) {
    if (error instanceof DomainError && error.code === "not_found") return null;
    throw error;
  }
}
