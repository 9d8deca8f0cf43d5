import { and, eq, ne } from "drizzle-orm";
import { bumpTags, noteTagsBumped } from "../cache";
import { assertCan, type ServiceContext } from "../shared/context";
import { ConflictError } from "../shared/errors";
import { tables } from "../store";
import { auditIfChanged } from "../store/audit";
import type { FormSchema } from "./definition";
import { changedMeanwhile, type Form, formTag, isUniqueViolation, loadFormRow, refuseArchived, toForm } from "./internal";

const { forms, formSlugs } = tables;

export interface UpdateFormInput {
  formId: string;
  title?: string;
  slug?: string;
  description?: string | null;
  schema?: FormSchema;
  /** The revision the caller has seen; without it the last writer wins. */
  seenRevision?: number;
}

/** Changes the draft. What is published stays as it is until the next publish; only the slug takes effect at once. */
export async function updateForm(ctx: ServiceContext, input: UpdateFormInput, action = "form.updated"): Promise<Form> {
  assertCan(ctx, "write");
  const { formId, seenRevision, schema, ...facts } = input;
  const row = await loadFormRow(ctx, formId);
  refuseArchived(row);
  if (seenRevision !== undefined && seenRevision !== row.revision) throw changedMeanwhile();
  const newSlug = facts.slug !== undefined && facts.slug !== row.slug && !(await isOwnSlug(ctx, facts.slug, formId)) ? facts.slug : null;

  const change = { ...facts, ...(schema === undefined ? {} : { draft: schema }), revision: row.revision + 1, updatedAt: ctx.now() };
  const update = ctx.db
    .update(forms)
    .set(change)
    .where(
      and(eq(forms.workspaceId, ctx.workspaceId), eq(forms.id, formId), eq(forms.revision, row.revision), ne(forms.status, "archived")),
    )
    .returning();
  const audit = auditIfChanged(ctx, {
    workspaceId: ctx.workspaceId,
    action,
    targetKind: "form",
    targetId: formId,
    details: { changed: Object.keys({ ...facts, ...(schema === undefined ? {} : { schema }) }), revision: change.revision },
  });
  // The insert fails the whole batch when somebody took the slug between the look and the write.
  const claim =
    newSlug === null
      ? []
      : [ctx.db.insert(formSlugs).values({ slug: newSlug, formId, workspaceId: ctx.workspaceId, createdAt: ctx.now() })];
  try {
    const [changed] = await ctx.db.batch([update, audit, bumpTags(ctx, [formTag(formId)]), ...claim]);
    noteTagsBumped(ctx, [formTag(formId)]);
    if (changed[0] === undefined) throw changedMeanwhile();
    return toForm(changed[0]);
  } catch (error) {
    if (newSlug !== null && isUniqueViolation(error, "form_slugs.slug")) throw slugTaken(newSlug);
    throw error;
  }
}

/** A form may take back any slug it had before. */
async function isOwnSlug(ctx: ServiceContext, slug: string, formId: string): Promise<boolean> {
  const owner = await ctx.db.select({ formId: formSlugs.formId }).from(formSlugs).where(eq(formSlugs.slug, slug)).get();
  if (owner !== undefined && owner.formId !== formId) throw slugTaken(slug);
  return owner !== undefined;
}

function slugTaken(slug: string): ConflictError {
  return new ConflictError(`The slug "${slug}" is taken; choose another.`, "slug_taken");
}
