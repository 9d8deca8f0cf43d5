import { and, eq, ne, sql } from "drizzle-orm";
import { bumpTags, noteTagsBumped } from "../cache";
import { assertCan, type ServiceContext } from "../shared/context";
import { InvalidError } from "../shared/errors";
import { describeError } from "../shared/log";
import { tables } from "../store";
import { auditIfChanged } from "../store/audit";
import { raiseIfChanged } from "../store/events";
import { whyUnpublishable } from "./checks";
import { actorId } from "./create";
import { changedMeanwhile, formTag, loadFormRow, refuseArchived, toForm } from "./internal";
import { getPublicDocument } from "./published";

const { forms } = tables;

export interface Publication {
  formId: string;
  version: number;
  publishedAt: number;
}

/** Freezes the draft as the next version. A closed form opens again: publishing says that answers are wanted. */
export async function publishForm(ctx: ServiceContext, formId: string): Promise<Publication> {
  assertCan(ctx, "write");
  const row = await loadFormRow(ctx, formId);
  refuseArchived(row);
  const obstacles = whyUnpublishable(toForm(row).schema);
  if (obstacles.length > 0) throw new InvalidError("The form cannot work as it is; `errors` says why.", obstacles, "unpublishable");

  const now = ctx.now();
  const event = raiseIfChanged(ctx, {
    workspaceId: ctx.workspaceId,
    type: "form.published",
    formId,
    data: {
      id: formId,
      title: row.title,
      slug: row.slug,
      description: row.description,
      status: "published",
      // The statement below takes effect only while the row is as it was read.
      version: row.lastVersion + 1,
      published_at: new Date(now).toISOString(),
    },
  });
  const [published] = await ctx.db.batch([
    ctx.db
      .update(forms)
      .set({
        status: "published",
        version: sql`${forms.lastVersion} + 1`,
        lastVersion: sql`${forms.lastVersion} + 1`,
        publishedAt: now,
        updatedAt: now,
        revision: row.revision + 1,
      })
      .where(
        and(eq(forms.workspaceId, ctx.workspaceId), eq(forms.id, formId), eq(forms.revision, row.revision), ne(forms.status, "archived")),
      )
      .returning({ version: forms.version }),
    auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action: "form.published", targetKind: "form", targetId: formId }),
    // The audit row just before is there only when the draft that was checked is the one being frozen.
    ctx.db.run(sql`
      INSERT INTO form_versions (form_id, version, workspace_id, title, description, schema, published_by, published_at)
      SELECT id, version, workspace_id, title, description, draft, ${actorId(ctx)}, ${now} FROM forms
      WHERE workspace_id = ${ctx.workspaceId} AND id = ${formId} AND changes() > 0`),
    event.statement,
    bumpTags(ctx, [formTag(formId)]),
  ]);
  noteTagsBumped(ctx, [formTag(formId)]);
  const version = published[0]?.version;
  if (version === undefined) throw changedMeanwhile();
  await event.wake();
  // The first respondent after a publish should not be the one who waits for the store.
  ctx.defer(warmUp(ctx, formId));
  return { formId, version, publishedAt: now };
}

async function warmUp(ctx: ServiceContext, formId: string): Promise<void> {
  await getPublicDocument(ctx, formId).catch((error: unknown) =>
    ctx.log.warn("warm-up after publish failed", { formId, ...describeError(error) }),
  );
}
