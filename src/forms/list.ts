import { and, desc, eq, inArray, lt, ne, sql } from "drizzle-orm";
import { assertCan, type ServiceContext } from "../shared/context";
import { decodeCursor, encodeCursor, type Page } from "../shared/lists";
import { tables } from "../store";
import { type Form, type FormStatus, toForm } from "./internal";

const { forms } = tables;

// A page also ends where its drafts together grow too large to hold; the cursor goes on from there.
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
const IDS_PER_READ = 90;

export interface ListFormsInput {
  limit: number;
  cursor?: string;
  status?: FormStatus;
}

/** Newest first. Archived forms only show when asked for. */
export async function listForms(ctx: ServiceContext, input: ListFormsInput): Promise<Page<Form>> {
  assertCan(ctx, "read");
  const [before] = decodeCursor(input.cursor, 1) ?? [];
  const sizes = await ctx.db
    .select({ id: forms.id, bytes: sql<number>`length(${forms.draft})` })
    .from(forms)
    .where(
      and(
        eq(forms.workspaceId, ctx.workspaceId),
        input.status === undefined ? ne(forms.status, "archived") : eq(forms.status, input.status),
        before === undefined ? undefined : lt(forms.id, String(before)),
      ),
    )
    .orderBy(desc(forms.id))
    .limit(input.limit + 1);
  const ids = fitting(sizes.slice(0, input.limit));
  const last = ids.at(-1);
  const nextCursor = last !== undefined && ids.length < sizes.length ? encodeCursor([last]) : null;
  const items: Form[] = [];
  for (let at = 0; at < ids.length; at += IDS_PER_READ) {
    const rows = await ctx.db
      .select()
      .from(forms)
      .where(and(eq(forms.workspaceId, ctx.workspaceId), inArray(forms.id, ids.slice(at, at + IDS_PER_READ))))
      .orderBy(desc(forms.id));
    items.push(...rows.map(toForm));
  }
  return { items, nextCursor };
}

/** At least one, however large: a page that never moves on would be a dead end. */
function fitting(sizes: { id: string; bytes: number }[]): string[] {
  const ids: string[] = [];
  let total = 0;
  for (const { id, bytes } of sizes) {
    total += bytes;
    if (ids.length > 0 && total > MAX_PAGE_BYTES) break;
    ids.push(id);
  }
  return ids;
}
