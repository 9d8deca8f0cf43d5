// The demo workspace of a first start. Every step asks what is there already, so a seed that was killed is repaired by the next.
import { and, eq } from "drizzle-orm";
import { ensurePerson, insertWorkspace } from "../accounts";
import { createForm, publishForm } from "../forms";
import { asSystem, SCOPES, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { sha256Hex } from "../shared/crypto";
import { newId } from "../shared/ids";
import { tables } from "../store";
import { auditIfChanged } from "../store/audit";
import { fillIn } from "./fill-in";
import { DEMO_FORM, DEMO_SLUG } from "./form";

const HINT_LENGTH = 8;
const WORKSPACE_NAME = "Riverside Coffee";

export interface DemoSeed {
  email: string;
  password: string;
  apiKey: string;
  /** No answers, only the workspace and its form. */
  empty: boolean;
}

export interface SeededDemo {
  workspaceId: string;
  formId: string;
  formSlug: string;
  /** How many answers there are, and whether all of them are: one call adds a part, so that none takes long. */
  responses: number;
  done: boolean;
}

export async function seedDemo(ctx: ServiceContext, input: DemoSeed): Promise<SeededDemo> {
  const system = asSystem(ctx, await ensureWorkspace(ctx, input));
  await ensureKey(system, input.apiKey);
  const formId = await ensureForm(system);
  const { responses, done } = input.empty ? { responses: 0, done: true } : await fillIn(system, formId);
  return { workspaceId: system.workspaceId, formId, formSlug: DEMO_SLUG, responses, done };
}

async function ensureWorkspace(ctx: ServiceContext, { email, password }: DemoSeed): Promise<string> {
  const { members, workspaces } = tables;
  const find = (userId: string) =>
    ctx.db
      .select({ id: workspaces.id })
      .from(members)
      .innerJoin(workspaces, eq(workspaces.id, members.workspaceId))
      .where(and(eq(members.userId, userId), eq(members.role, "admin"), eq(workspaces.name, WORKSPACE_NAME)))
      .get();
  const known = await ctx.db.select({ id: tables.users.id }).from(tables.users).where(eq(tables.users.email, email)).get();
  const userId = known?.id ?? (await ensurePerson(ctx, { email, name: "Robin Rivers", password }));
  return (await find(userId))?.id ?? (await insertWorkspace(ctx, userId, WORKSPACE_NAME));
}

/** Ours to choose, unlike any other key, so that a seed that is repeated does not leave a key behind that nobody knows. */
async function ensureKey(ctx: WorkspaceContext, key: string): Promise<void> {
  const id = newId("apiKey", ctx.now());
  const row = { id, workspaceId: ctx.workspaceId, name: "Demo", hint: key.slice(0, HINT_LENGTH), hash: await sha256Hex(key) };
  await ctx.db.batch([
    ctx.db
      .insert(tables.apiKeys)
      .values({ ...row, scopes: [...SCOPES], createdBy: "headwater", createdAt: ctx.now() })
      .onConflictDoNothing({ target: tables.apiKeys.hash }),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "api_key.created",
      targetKind: "api_key",
      targetId: id,
      details: { name: row.name },
    }),
  ]);
}

async function ensureForm(ctx: WorkspaceContext): Promise<string> {
  const { forms, formSlugs } = tables;
  const known = await ctx.db
    .select({ id: forms.id, version: forms.version })
    .from(formSlugs)
    .innerJoin(forms, eq(forms.id, formSlugs.formId))
    .where(and(eq(formSlugs.workspaceId, ctx.workspaceId), eq(formSlugs.slug, DEMO_SLUG)))
    .get();
  const id = known?.id ?? (await createForm(ctx, DEMO_FORM)).id;
  if ((known?.version ?? 0) === 0) await publishForm(ctx, id);
  return id;
}
