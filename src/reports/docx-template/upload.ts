// A workspace's own Word template: taken in, looked through, kept; and used by exports to docx.
import { and, eq } from "drizzle-orm";
import { getForm, listSchemas } from "../../forms";
import { scopeOfForm } from "../../responses";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { ConflictError, InvalidError, NotFoundError } from "../../shared/errors";
import { tables } from "../../store";
import { auditOf } from "../templates/change";
import { loadTemplate, type ReportTemplate, type TemplateRow, toTemplate } from "../templates/rows";
import { type Checked, checkTemplate } from "./check";
import { openTemplate, refuse } from "./open";
import { vocabularyOf } from "./vocabulary";

const { reportTemplates } = tables;

export async function uploadTemplate(ctx: ServiceContext, id: string, bytes: Uint8Array, formId?: string): Promise<ReportTemplate> {
  assertCan(ctx, "write");
  const row = await loadTemplate(ctx, id);
  if (row.kind !== "docx") throw refuse("Only a Word template has a document.", "not_for_pdf");
  const checked = await inspected(ctx, bytes, formId);
  if (checked.problems.length > 0) {
    const issues = checked.problems.map(({ tag, message, code }) => ({ path: tag === "" ? "file" : `{{${tag}}}`, message, code }));
    throw new InvalidError("The template asks for what there is not; `errors` names each tag and what could stand there.", issues);
  }
  const key = `report-templates/${ctx.workspaceId}/${id}/${crypto.randomUUID()}.docx`;
  await ctx.env.FILES.put(key, bytes);
  const [changed] = await ctx.db.batch([
    ctx.db
      .update(reportTemplates)
      .set({ fileKey: key, fileSize: bytes.byteLength, tags: checked.tags, updatedAt: Math.max(ctx.now(), row.updatedAt + 1) })
      .where(
        and(eq(reportTemplates.workspaceId, ctx.workspaceId), eq(reportTemplates.id, id), eq(reportTemplates.updatedAt, row.updatedAt)),
      ),
    auditOf(ctx, "report_template.uploaded", id, { size: bytes.byteLength }),
  ]);
  if (changed.meta.changes === 0) {
    await ctx.env.FILES.delete(key);
    throw new ConflictError("Somebody else changed the template meanwhile; read it again and repeat the change.", "busy");
  }
  if (row.fileKey !== null) await ctx.env.FILES.delete(row.fileKey);
  return toTemplate(await loadTemplate(ctx, id));
}

/** Whether it can be filled in with the answers of that form. */
export async function checkUploaded(ctx: ServiceContext, id: string, formId?: string): Promise<Checked> {
  assertCan(ctx, "read");
  return inspected(ctx, await bytesOf(ctx, await loadTemplate(ctx, id)), formId);
}

async function inspected(ctx: WorkspaceContext, bytes: Uint8Array, formId: string | undefined): Promise<Checked> {
  const zip = openTemplate(bytes);
  if (formId === undefined) return checkTemplate(zip, vocabularyOf([]), null);
  const form = await getForm(ctx, formId);
  const [published, { scope }] = await Promise.all([listSchemas(ctx, form.id), scopeOfForm(ctx, form.id)]);
  return checkTemplate(zip, vocabularyOf(published.length === 0 ? [form.schema] : published), scope);
}

export async function bytesOf(ctx: WorkspaceContext, row: TemplateRow): Promise<Uint8Array> {
  if (row.kind !== "docx" || row.fileKey === null) throw refuse("No document has been uploaded for this template yet.", "no_document");
  const object = await ctx.env.FILES.get(row.fileKey);
  if (object === null) throw new NotFoundError("The template's document");
  return new Uint8Array(await object.arrayBuffer());
}

/** The template that an export to docx is to be made with; null for the layout of ours. */
export async function chosenDocument(
  ctx: WorkspaceContext,
  options: { template?: string; template_id?: string; branding?: boolean | Record<string, unknown> },
): Promise<TemplateRow | null> {
  const id = options.template_id ?? options.template;
  if (id === undefined && options.branding === false) return null;
  const row = await ctx.db
    .select()
    .from(reportTemplates)
    .where(
      and(
        eq(reportTemplates.workspaceId, ctx.workspaceId),
        eq(reportTemplates.kind, "docx"),
        id === undefined ? eq(reportTemplates.isDefault, true) : eq(reportTemplates.id, id),
      ),
    )
    .get();
  if (row !== undefined && (row.fileKey !== null || id !== undefined)) {
    if (row.fileKey === null) throw refuse("No document has been uploaded for this template yet.", "no_document");
    return row;
  }
  if (id === undefined) return null;
  const message = "There is no such Word template in this workspace.";
  throw new InvalidError(message, [{ path: "options.template_id", message, code: "unknown_template" }]);
}
