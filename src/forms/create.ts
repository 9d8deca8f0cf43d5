import { assertCan, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { randomToken } from "../shared/crypto";
import { ConflictError } from "../shared/errors";
import { newId } from "../shared/ids";
import { tables } from "../store";
import { auditIfChanged } from "../store/audit";
import type { FormSchema } from "./definition";
import { type Form, type FormRow, isUniqueViolation, toForm } from "./internal";
import { slugCandidates } from "./slugs";

export interface CreateFormInput {
  title: string;
  slug?: string;
  description?: string | null;
  schema: FormSchema;
}

export async function createForm(ctx: ServiceContext, input: CreateFormInput, action = "form.created"): Promise<Form> {
  assertCan(ctx, "write");
  const candidates = input.slug === undefined ? slugCandidates(input.title, shortRandom) : [input.slug];
  for (const slug of candidates) {
    const form = await insertForm(ctx, { ...input, slug }, action);
    if (form !== null) return form;
  }
  throw new ConflictError(`The slug "${candidates[0]}" is taken; choose another.`, "slug_taken");
}

async function insertForm(ctx: WorkspaceContext, input: CreateFormInput & { slug: string }, action: string): Promise<Form | null> {
  const now = ctx.now();
  const row: FormRow = {
    id: newId("form", now),
    workspaceId: ctx.workspaceId,
    title: input.title,
    slug: input.slug,
    description: input.description ?? null,
    status: "draft",
    archivedFrom: null,
    version: 0,
    lastVersion: 0,
    draft: input.schema,
    revision: 1,
    createdBy: actorId(ctx),
    createdAt: now,
    updatedAt: now,
    publishedAt: null,
  };
  try {
    await ctx.db.batch([
      ctx.db.insert(tables.formSlugs).values({ slug: row.slug, formId: row.id, workspaceId: row.workspaceId, createdAt: now }),
      ctx.db.insert(tables.forms).values(row),
      auditIfChanged(ctx, {
        workspaceId: row.workspaceId,
        action,
        targetKind: "form",
        targetId: row.id,
        details: { title: row.title, slug: row.slug },
      }),
    ]);
  } catch (error) {
    if (isUniqueViolation(error, "form_slugs.slug")) return null;
    throw error;
  }
  return toForm(row);
}

export function actorId({ actor }: WorkspaceContext): string {
  switch (actor.kind) {
    case "key":
      return actor.keyId;
    case "member":
      return actor.userId;
    case "system":
      return "headwater";
  }
}

function shortRandom(): string {
  return randomToken(6)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .slice(0, 4)
    .padEnd(4, "0");
}
