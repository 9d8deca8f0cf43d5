// Templates as they are kept and as they are told.
import { and, eq, gt } from "drizzle-orm";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { ConflictError, InvalidError, NotFoundError } from "../../shared/errors";
import { decodeCursor, type Page, toPage } from "../../shared/lists";
import { tables } from "../../store";
import type { BaseTemplate, TemplateSettings } from "./settings";

const { reportTemplates } = tables;

export type TemplateRow = typeof reportTemplates.$inferSelect;

export interface ReportTemplate {
  id: string;
  kind: "pdf" | "docx";
  name: string;
  base: BaseTemplate | null;
  settings: TemplateSettings;
  isDefault: boolean;
  /** Of a document: whether one has been uploaded, and which tags it holds. */
  fileSize: number | null;
  tags: readonly string[];
  createdAt: number;
  updatedAt: number;
}

export function toTemplate(row: TemplateRow): ReportTemplate {
  const { id, kind, name, isDefault, fileSize, createdAt, updatedAt } = row;
  return {
    id,
    kind,
    name,
    base: row.base as BaseTemplate | null,
    settings: row.settings as TemplateSettings,
    isDefault,
    fileSize,
    tags: row.tags ?? [],
    createdAt,
    updatedAt,
  };
}

export async function loadTemplate(ctx: WorkspaceContext, id: string): Promise<TemplateRow> {
  const row = await ctx.db
    .select()
    .from(reportTemplates)
    .where(and(eq(reportTemplates.workspaceId, ctx.workspaceId), eq(reportTemplates.id, id)))
    .get();
  if (row === undefined) throw new NotFoundError("The report template");
  return row;
}

export async function getTemplate(ctx: ServiceContext, id: string): Promise<ReportTemplate> {
  assertCan(ctx, "read");
  return toTemplate(await loadTemplate(ctx, id));
}

export async function listTemplates(ctx: ServiceContext, input: { limit: number; cursor?: string }): Promise<Page<ReportTemplate>> {
  assertCan(ctx, "read");
  const [after] = decodeCursor(input.cursor, 1) ?? [];
  const rows = await ctx.db
    .select()
    .from(reportTemplates)
    .where(and(eq(reportTemplates.workspaceId, ctx.workspaceId), after === undefined ? undefined : gt(reportTemplates.id, String(after))))
    .orderBy(reportTemplates.id)
    .limit(input.limit + 1);
  const page = toPage(rows, input.limit, (row) => [row.id]);
  return { ...page, items: page.items.map(toTemplate) };
}

/** Two of a kind with one name could not be told apart in a list to choose from. */
export function nameTaken(error: unknown): ConflictError | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.message.includes("UNIQUE constraint failed: report_templates.workspace_id, report_templates.kind, report_templates.name")) {
      return new ConflictError("Another report template has this name; choose another.", "name_taken");
    }
  }
  return null;
}

export function refuseFor(kind: "pdf" | "docx", settings: TemplateSettings | undefined): void {
  if (kind === "pdf" || settings === undefined || Object.keys(settings).length === 0) return;
  const message = "A Word template looks as its document does; it has no settings.";
  throw new InvalidError(message, [{ path: "settings", message, code: "not_for_docx" }]);
}
