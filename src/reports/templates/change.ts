// Making, changing and removing a workspace's templates.
import { and, eq, ne, sql } from "drizzle-orm";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { ConflictError, NotFoundError } from "../../shared/errors";
import { newId } from "../../shared/ids";
import { tables } from "../../store";
import { auditIfChanged } from "../../store/audit";
import { loadTemplate, nameTaken, type ReportTemplate, refuseFor, toTemplate } from "./rows";
import type { BaseTemplate, TemplateSettings } from "./settings";

const { reportTemplates } = tables;

const MAX_TEMPLATES = 50;

export interface NewTemplate {
  kind: "pdf" | "docx";
  name: string;
  base?: BaseTemplate;
  settings?: TemplateSettings;
  isDefault?: boolean;
}

export async function createTemplate(ctx: ServiceContext, input: NewTemplate): Promise<ReportTemplate> {
  assertCan(ctx, "write");
  refuseFor(input.kind, input.settings);
  const now = ctx.now();
  const id = newId("reportTemplate", now);
  const base = input.kind === "pdf" ? (input.base ?? "annual") : null;
  const insert = ctx.db.run(sql`
    INSERT INTO report_templates (id, workspace_id, kind, name, base, settings, is_default, created_at, updated_at)
    SELECT ${id}, ${ctx.workspaceId}, ${input.kind}, ${input.name}, ${base}, ${JSON.stringify(input.settings ?? {})}, ${Number(input.isDefault ?? false)}, ${now}, ${now}
    WHERE (SELECT count(*) FROM report_templates WHERE workspace_id = ${ctx.workspaceId}) < ${MAX_TEMPLATES}`);
  const audit = auditOf(ctx, "report_template.created", id, { name: input.name, kind: input.kind });
  try {
    const results =
      input.isDefault === true
        ? (await ctx.db.batch([notDefault(ctx, input.kind, id), insert, audit])).slice(1)
        : await ctx.db.batch([insert, audit]);
    if ((results[0] as D1Result).meta.changes === 0) {
      throw new ConflictError(`A workspace has at most ${MAX_TEMPLATES} report templates; remove one first.`, "too_many");
    }
  } catch (error) {
    throw nameTaken(error) ?? error;
  }
  return toTemplate(await loadTemplate(ctx, id));
}

export interface TemplateChange {
  name?: string;
  base?: BaseTemplate;
  /** Laid over those that are there; null takes one away. */
  settings?: { [K in keyof TemplateSettings]: TemplateSettings[K] | null };
  isDefault?: boolean;
}

export async function updateTemplate(ctx: ServiceContext, id: string, change: TemplateChange): Promise<ReportTemplate> {
  assertCan(ctx, "write");
  const row = await loadTemplate(ctx, id);
  const settings = Object.fromEntries(
    Object.entries({ ...row.settings, ...change.settings }).filter(([, value]) => value !== null),
  ) as TemplateSettings;
  refuseFor(row.kind, settings);
  const next = {
    name: change.name ?? row.name,
    base: row.kind === "pdf" ? (change.base ?? row.base) : null,
    settings,
    isDefault: change.isDefault ?? row.isDefault,
    updatedAt: Math.max(ctx.now(), row.updatedAt + 1),
  };
  const update = ctx.db
    .update(reportTemplates)
    .set(next)
    .where(and(eq(reportTemplates.workspaceId, ctx.workspaceId), eq(reportTemplates.id, id), eq(reportTemplates.updatedAt, row.updatedAt)));
  const audit = auditOf(ctx, "report_template.updated", id, { name: next.name, changed: Object.keys(change) });
  let changes: number;
  try {
    const results =
      next.isDefault && !row.isDefault
        ? (await ctx.db.batch([notDefault(ctx, row.kind, id), update, audit])).slice(1)
        : await ctx.db.batch([update, audit]);
    changes = (results[0] as D1Result).meta.changes;
  } catch (error) {
    throw nameTaken(error) ?? error;
  }
  if (changes === 0) throw new ConflictError("Somebody else changed the template meanwhile; read it again and repeat the change.", "busy");
  return toTemplate(await loadTemplate(ctx, id));
}

export async function deleteTemplate(ctx: ServiceContext, id: string): Promise<void> {
  assertCan(ctx, "write");
  const row = await loadTemplate(ctx, id);
  const [removed] = await ctx.db.batch([
    ctx.db.delete(reportTemplates).where(and(eq(reportTemplates.workspaceId, ctx.workspaceId), eq(reportTemplates.id, id))),
    auditOf(ctx, "report_template.deleted", id, { name: row.name }),
  ]);
  if (removed.meta.changes === 0) throw new NotFoundError("The report template");
  if (row.fileKey !== null) await ctx.env.FILES.delete(row.fileKey);
}

/** One of a kind is the default: a new one takes the place of the old. */
function notDefault(ctx: WorkspaceContext, kind: "pdf" | "docx", butFor: string) {
  return ctx.db
    .update(reportTemplates)
    .set({ isDefault: false, updatedAt: sql`max(${ctx.now()}, ${reportTemplates.updatedAt} + 1)` })
    .where(
      and(
        eq(reportTemplates.workspaceId, ctx.workspaceId),
        eq(reportTemplates.kind, kind),
        eq(reportTemplates.isDefault, true),
        ne(reportTemplates.id, butFor),
      ),
    );
}

export function auditOf(ctx: WorkspaceContext, action: string, id: string, details: Record<string, unknown>) {
  return auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action, targetKind: "report_template", targetId: id, details });
}
