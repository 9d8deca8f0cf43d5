// The published state of a form, by id or by any slug it ever had, through the cache. No credentials: what is published is public.
import { and, eq, sql } from "drizzle-orm";
import { type Cached, cached } from "../cache";
import type { ServiceContext } from "../shared/context";
import { GoneError, NotFoundError } from "../shared/errors";
import { idPattern } from "../shared/ids";
import { tables } from "../store";
import type { FormSchema } from "./definition";
import { type FormStatus, formTag } from "./internal";
import { SLUG_PATTERN } from "./slugs";
import { type SpreadStep, spreadSteps } from "./spread";

const { forms, formVersions, formSlugs } = tables;
const FORM_ID = idPattern("form");
const TTL_SECONDS = 3_600;
const STALE_SECONDS = 24 * 3_600;

export interface PublishedForm {
  formId: string;
  workspaceId: string;
  slug: string;
  status: Exclude<FormStatus, "draft">;
  version: number;
  title: string;
  description: string | null;
  schema: FormSchema;
  publishedAt: number;
  /** Its ledgers over time; `schema.settings.shards` is how many there are by now. */
  spread: readonly SpreadStep[];
  /** Whether a plugin is to be asked before a response is taken; it then loads them, which no other form has to pay for. */
  validators: boolean;
}

/** What the world may see of a form, named as it is on the wire so that the cache keeps the very bytes that are sent. */
export interface PublicFormDocument {
  id: string;
  slug: string;
  title: string;
  description: string | null;
  version: number;
  published_at: string;
  schema: FormSchema;
}

/** The form if it takes answers now as far as its state goes; draft 404, closed or archived 410. */
export async function getPublishedForm(ctx: ServiceContext, idOrSlug: string): Promise<PublishedForm> {
  const { value } = await findPublished(ctx, idOrSlug);
  if (value.status === "closed") throw new GoneError("This form is closed and takes no more answers.", "form_closed");
  if (value.status === "archived") throw new GoneError("This form is no longer offered.", "form_archived");
  return value;
}

/** Whatever its state is now, as long as it was published once. */
export async function getPublishedInAnyState(ctx: ServiceContext, idOrSlug: string): Promise<PublishedForm> {
  return (await findPublished(ctx, idOrSlug)).value;
}

export async function getPublicDocument(ctx: ServiceContext, idOrSlug: string): Promise<Cached<PublicFormDocument>> {
  const { formId } = await getPublishedForm(ctx, idOrSlug);
  return cached(
    ctx,
    { key: `public-form:${formId}`, tags: [formTag(formId)], ttlSeconds: TTL_SECONDS, staleSeconds: STALE_SECONDS },
    async () => {
      const form = await loadPublished(ctx, formId);
      return {
        id: form.formId,
        slug: form.slug,
        title: form.title,
        description: form.description,
        version: form.version,
        published_at: new Date(form.publishedAt).toISOString(),
        schema: form.schema,
      };
    },
  );
}

async function findPublished(ctx: ServiceContext, idOrSlug: string): Promise<Cached<PublishedForm>> {
  const formId = FORM_ID.test(idOrSlug) ? idOrSlug : (knownSlugs.get(idOrSlug) ?? (await findForm(ctx, idOrSlug)));
  return cached(
    ctx,
    { key: `published-form:${formId}`, tags: [formTag(formId)], ttlSeconds: TTL_SECONDS, staleSeconds: STALE_SECONDS },
    () => loadPublished(ctx, formId),
  );
}

/** What this isolate has found: beside the cache, because a busy form is asked for by its slug thousands of times a second. */
const knownSlugs = new Map<string, string>();
const MAX_KNOWN_SLUGS = 10_000;

/** A slug never moves to another form, so what was found stays true; what was not found may be taken a moment later. */
async function findForm(ctx: ServiceContext, slug: string): Promise<string> {
  if (!SLUG_PATTERN.test(slug)) throw new NotFoundError("The form");
  const { value } = await cached(ctx, { key: `slug:${slug}`, tags: [], ttlSeconds: TTL_SECONDS, staleSeconds: STALE_SECONDS }, async () => {
    const row = await ctx.db.select({ formId: formSlugs.formId }).from(formSlugs).where(eq(formSlugs.slug, slug)).get();
    if (row === undefined) throw new NotFoundError("The form");
    return row.formId;
  });
  if (knownSlugs.size >= MAX_KNOWN_SLUGS) knownSlugs.clear();
  knownSlugs.set(slug, value);
  return value;
}

async function loadPublished(ctx: ServiceContext, formId: string): Promise<PublishedForm> {
  const row = await ctx.db
    .select({
      formId: forms.id,
      workspaceId: forms.workspaceId,
      slug: forms.slug,
      status: forms.status,
      version: formVersions.version,
      title: formVersions.title,
      description: formVersions.description,
      schema: formVersions.schema,
      publishedAt: formVersions.publishedAt,
      // A form that was spread stays spread: its older answers are with ledgers that a smaller number would no longer ask.
      spread: sql<string>`(SELECT json_group_array(json_array(shards, since)) FROM (
        SELECT coalesce(v.schema ->> '$.settings.shards', 1) AS shards, min(v.published_at) AS since FROM form_versions v
        WHERE v.form_id = ${forms.id} AND v.workspace_id = ${forms.workspaceId} AND v.version <= ${forms.lastVersion} GROUP BY 1
        UNION ALL SELECT s.shards, s.raised_at FROM form_spreads s
        WHERE s.form_id = ${forms.id} AND s.workspace_id = ${forms.workspaceId}))`,
      validators: sql<number>`EXISTS (SELECT 1 FROM plugins p WHERE p.workspace_id = ${forms.workspaceId} AND p.status = 'enabled'
        AND (p.form_id IS NULL OR p.form_id = ${forms.id}) AND p.hooks LIKE '%"validate"%')`,
    })
    .from(forms)
    .innerJoin(
      formVersions,
      and(eq(formVersions.workspaceId, forms.workspaceId), eq(formVersions.formId, forms.id), eq(formVersions.version, forms.version)),
    )
    .where(eq(forms.id, formId))
    .get();
  if (row === undefined || row.status === "draft") throw new NotFoundError("The form");
  const schema = row.schema as FormSchema;
  const spread = spreadSteps(JSON.parse(row.spread));
  const shards = spread.at(-1)?.shards ?? 1;
  const asSpread = shards === (schema.settings?.shards ?? 1) ? schema : { ...schema, settings: { ...schema.settings, shards } };
  return { ...row, status: row.status, schema: asSpread, spread, validators: row.validators === 1 };
}
