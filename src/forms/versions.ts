import { and, desc, eq, lt } from "drizzle-orm";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { NotFoundError } from "../shared/errors";
import { decodeCursor, type Page, toPage } from "../shared/lists";
import { tables } from "../store";
import { compareSchemas, type SchemaDifference } from "./compare";
import type { FormSchema } from "./definition";
import { type Form, loadFormRow } from "./internal";
import { updateForm } from "./update";

const { formVersions } = tables;
const { formId, version, title, description, publishedBy, publishedAt } = formVersions;
const SUMMARY = { formId, version, title, description, publishedBy, publishedAt };

export interface FormVersionSummary {
  formId: string;
  version: number;
  title: string;
  description: string | null;
  publishedBy: string;
  publishedAt: number;
}

export interface FormVersion extends FormVersionSummary {
  schema: FormSchema;
}

/** Newest first, without the schemas: a list says what there is, one version says what is in it. */
export async function listVersions(
  ctx: ServiceContext,
  input: { formId: string; limit: number; cursor?: string },
): Promise<Page<FormVersionSummary>> {
  assertCan(ctx, "read");
  await loadFormRow(ctx, input.formId);
  const [before] = decodeCursor(input.cursor, 1) ?? [];
  const rows = await ctx.db
    .select(SUMMARY)
    .from(formVersions)
    .where(and(whereForm(ctx, input.formId), before === undefined ? undefined : lt(formVersions.version, Number(before))))
    .orderBy(desc(formVersions.version))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, (row) => [row.version]);
}

export async function getVersion(ctx: ServiceContext, formId: string, version: number): Promise<FormVersion> {
  assertCan(ctx, "read");
  const row = await ctx.db
    .select()
    .from(formVersions)
    .where(and(whereForm(ctx, formId), eq(formVersions.version, version)))
    .get();
  if (row === undefined) throw new NotFoundError("The version");
  const { workspaceId: _, ...rest } = row;
  return { ...rest, schema: row.schema as FormSchema };
}

/** Makes an old version the draft again; nothing is published by it. */
export async function restoreVersion(ctx: ServiceContext, formId: string, version: number): Promise<Form> {
  assertCan(ctx, "write");
  const { title, description, schema } = await getVersion(ctx, formId, version);
  return updateForm(ctx, { formId, title, description, schema }, "form.version_restored");
}

/** What changed from one version to another, or to the draft. */
export async function compareVersions(ctx: ServiceContext, formId: string, from: number, to: number | "draft"): Promise<SchemaDifference> {
  assertCan(ctx, "read");
  const before = await getVersion(ctx, formId, from);
  const after = to === "draft" ? ((await loadFormRow(ctx, formId)).draft as FormSchema) : (await getVersion(ctx, formId, to)).schema;
  return compareSchemas(before.schema, after);
}

function whereForm(ctx: WorkspaceContext, formId: string) {
  return and(eq(formVersions.workspaceId, ctx.workspaceId), eq(formVersions.formId, formId));
}

const MAX_SCHEMAS = 200;

/** The published schemas, oldest first: what answers of this form may look like. */
export async function listSchemas(ctx: ServiceContext, formId: string): Promise<FormSchema[]> {
  assertCan(ctx, "read");
  const rows = await ctx.db
    .select({ schema: formVersions.schema })
    .from(formVersions)
    .where(whereForm(ctx, formId))
    .orderBy(desc(formVersions.version))
    .limit(MAX_SCHEMAS);
  return rows.map((row) => row.schema as FormSchema).reverse();
}
