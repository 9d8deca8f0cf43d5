import { and, asc, desc, eq, gt, lt } from "drizzle-orm";
import { getForm } from "../../forms";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { decodeCursor, type Page, toPage } from "../../shared/lists";
import { tables } from "../../store";

const { imports, importErrors } = tables;

export type Import = typeof imports.$inferSelect;
export type ImportError = typeof importErrors.$inferSelect;

export async function getImport(ctx: ServiceContext, formId: string, id: string): Promise<Import> {
  assertCan(ctx, "read");
  return loadImport(ctx, formId, id);
}

export async function loadImport(ctx: WorkspaceContext, formId: string, id: string): Promise<Import> {
  const row = await ctx.db
    .select()
    .from(imports)
    .where(and(eq(imports.id, id), eq(imports.workspaceId, ctx.workspaceId), eq(imports.formId, formId)))
    .get();
  if (row === undefined) throw new NotFoundError("The import");
  return row;
}

export async function listImports(ctx: ServiceContext, input: { formId: string; limit: number; cursor?: string }): Promise<Page<Import>> {
  assertCan(ctx, "read");
  const form = await getForm(ctx, input.formId);
  const [before] = decodeCursor(input.cursor, 1) ?? [];
  const rows = await ctx.db
    .select()
    .from(imports)
    .where(
      and(
        eq(imports.workspaceId, ctx.workspaceId),
        eq(imports.formId, form.id),
        before === undefined ? undefined : lt(imports.id, String(before)),
      ),
    )
    .orderBy(desc(imports.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, ({ id }) => [id]);
}

export async function listImportErrors(
  ctx: ServiceContext,
  input: { formId: string; id: string; limit: number; cursor?: string },
): Promise<Page<ImportError>> {
  assertCan(ctx, "read");
  await loadImport(ctx, input.formId, input.id);
  const [row] = decodeCursor(input.cursor, 1) ?? [];
  // A page ends with a whole row: its errors belong together.
  const rows = await ctx.db
    .select()
    .from(importErrors)
    .where(and(eq(importErrors.importId, input.id), row === undefined ? undefined : gt(importErrors.row, Number(row))))
    .orderBy(asc(importErrors.row), asc(importErrors.place))
    .limit(input.limit + MAX_ERRORS_OF_ROW);
  const last = rows.at(Math.min(input.limit, rows.length) - 1)?.row ?? 0;
  const items = rows.filter((error) => error.row <= last);
  return {
    items,
    nextCursor: rows.length > items.length ? toPage([items.at(-1), null], 1, (error) => [error?.row ?? 0]).nextCursor : null,
  };
}

export const MAX_ERRORS_OF_ROW = 10;
