// The demo workspace of a first start. Every step asks what is there already, so a seed that was killed is repaired by the next.
import { eq } from "drizzle-orm";
import type { ServiceContext } from "../shared/context";
import { SCOPES } from "../shared/context";
import { sha256Hex } from "../shared/crypto";
import { newId } from "../shared/ids";
import { tables } from "../store";

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
  responses: number;
}

export async function seedDemo(ctx: ServiceContext, input: DemoSeed): Promise<SeededDemo> {
  const workspaceId = await ensureWorkspace(ctx, input);
  return { workspaceId, formId: "", formSlug: "customer-feedback", responses: 0 };
}

async function ensureWorkspace(ctx: ServiceContext, input: DemoSeed): Promise<string> {
  const hash = await sha256Hex(input.apiKey);
  const known = await ctx.db.select({ id: tables.apiKeys.workspaceId }).from(tables.apiKeys).where(eq(tables.apiKeys.hash, hash)).get();
  if (known !== undefined) return known.id;
  const now = ctx.now();
  const workspaceId = newId("workspace", now);
  await ctx.db.batch([
    ctx.db.insert(tables.workspaces).values({ id: workspaceId, name: "Riverside Coffee", createdAt: now, updatedAt: now }),
    ctx.db.insert(tables.apiKeys).values({
      id: newId("apiKey", now),
      workspaceId,
      name: "Demo",
      hint: input.apiKey.slice(0, 8),
      hash,
      scopes: [...SCOPES],
      createdBy: "headwater",
      createdAt: now,
    }),
  ]);
  return workspaceId;
}
