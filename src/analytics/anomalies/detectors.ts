// What a form is watched for. A form without detectors of its own is watched for what Headwater thinks right.
import { and, asc, eq, gt, sql } from "drizzle-orm";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { ConflictError, NotFoundError } from "../../shared/errors";
import { newId } from "../../shared/ids";
import { decodeCursor, type Page, toPage } from "../../shared/lists";
import { tables } from "../../store";
import { auditActor, auditIfChanged } from "../../store/audit";
import { loadAnalysedForm } from "../form";
import { DEFAULT_DETECTORS, type Detector } from "./detect";

const { detectors } = tables;
const MAX_DETECTORS = 50;

export type SavedDetector = typeof detectors.$inferSelect;
export type DetectorInput = Detector & { name: string; isActive: boolean };

export async function createDetector(ctx: ServiceContext, idOrSlug: string, input: DetectorInput): Promise<SavedDetector> {
  assertCan(ctx, "write");
  const { formId } = await loadAnalysedForm(ctx, idOrSlug);
  const id = newId("detector", ctx.now());
  const count = sql`(SELECT count(*) FROM detectors WHERE workspace_id = ${ctx.workspaceId} AND form_id = ${formId})`;
  const actor = auditActor(ctx).id;
  const [made] = await ctx.db.batch([
    ctx.db.run(sql`INSERT INTO detectors (id, workspace_id, form_id, name, kind, sensitivity, window_hours, minimum, is_active, created_by, created_at, updated_at)
      SELECT ${id}, ${ctx.workspaceId}, ${formId}, ${input.name}, ${input.kind}, ${input.sensitivity}, ${input.windowHours}, ${input.minimum},
        ${input.isActive ? 1 : 0}, ${actor}, ${ctx.now()}, ${ctx.now()} WHERE ${count} < ${MAX_DETECTORS}`),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "detector.created",
      targetKind: "detector",
      targetId: id,
      details: { form_id: formId, kind: input.kind },
    }),
  ]);
  if (made.meta.changes === 0) throw new ConflictError(`A form has at most ${MAX_DETECTORS} detectors.`, "too_many");
  return getDetector(ctx, formId, id);
}

export async function listDetectors(
  ctx: ServiceContext,
  idOrSlug: string,
  input: { limit: number; cursor?: string },
): Promise<Page<SavedDetector>> {
  assertCan(ctx, "read");
  const { formId } = await loadAnalysedForm(ctx, idOrSlug);
  const after = decodeCursor(input.cursor, 1);
  const rows = await ctx.db
    .select()
    .from(detectors)
    .where(
      and(eq(detectors.workspaceId, ctx.workspaceId), eq(detectors.formId, formId), after ? gt(detectors.id, String(after[0])) : undefined),
    )
    .orderBy(asc(detectors.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, (row) => [row.id]);
}

export async function getDetector(ctx: ServiceContext, idOrSlug: string, id: string): Promise<SavedDetector> {
  assertCan(ctx, "read");
  const { formId } = await loadAnalysedForm(ctx, idOrSlug);
  const row = await ctx.db
    .select()
    .from(detectors)
    .where(one(ctx, formId, id))
    .get();
  if (row === undefined) throw new NotFoundError("The detector");
  return row;
}

export async function updateDetector(
  ctx: ServiceContext,
  idOrSlug: string,
  id: string,
  changes: Partial<DetectorInput>,
): Promise<SavedDetector> {
  assertCan(ctx, "write");
  const { formId } = await loadAnalysedForm(ctx, idOrSlug);
  const [changed] = await ctx.db.batch([
    ctx.db
      .update(detectors)
      .set({ ...changes, updatedAt: ctx.now() })
      .where(one(ctx, formId, id))
      .returning(),
    auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action: "detector.updated", targetKind: "detector", targetId: id }),
  ]);
  if (changed[0] === undefined) throw new NotFoundError("The detector");
  return changed[0];
}

export async function deleteDetector(ctx: ServiceContext, idOrSlug: string, id: string): Promise<void> {
  assertCan(ctx, "write");
  const { formId } = await loadAnalysedForm(ctx, idOrSlug);
  const [gone] = await ctx.db.batch([
    ctx.db
      .delete(detectors)
      .where(one(ctx, formId, id))
      .returning({ id: detectors.id }),
    auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action: "detector.deleted", targetKind: "detector", targetId: id }),
  ]);
  if (gone[0] === undefined) throw new NotFoundError("The detector");
}

export interface ActiveDetector extends Detector {
  /** Null: one of ours. */
  id: string | null;
  name: string | null;
}

/** A form whose detectors are all switched off is watched for nothing. */
export async function activeDetectors(ctx: WorkspaceContext, formId: string): Promise<ActiveDetector[]> {
  const rows = await ctx.db
    .select()
    .from(detectors)
    .where(and(eq(detectors.workspaceId, ctx.workspaceId), eq(detectors.formId, formId)))
    .orderBy(asc(detectors.id))
    .limit(MAX_DETECTORS);
  if (rows.length === 0) return DEFAULT_DETECTORS.map((detector) => ({ ...detector, id: null, name: null }));
  return rows.filter(({ isActive }) => isActive);
}

function one(ctx: WorkspaceContext, formId: string, id: string) {
  return and(eq(detectors.workspaceId, ctx.workspaceId), eq(detectors.formId, formId), eq(detectors.id, id));
}
