// The way out that every report carries: a link that names one address and one schedule, signed, so that nobody can sign off
// somebody else by guessing. It asks for no session: whoever reads the mail may stop it.
import { and, eq } from "drizzle-orm";
import { asSystem, type ServiceContext } from "../../shared/context";
import { equalInConstantTime, fromBase64Url, hmacHex, toBase64Url } from "../../shared/crypto";
import { NotFoundError } from "../../shared/errors";
import { tables } from "../../store";
import { auditIfChanged } from "../../store/audit";
import { EVERYTHING, insertSuppression, rowOf } from "./suppressions";

const { schedules, workspaces } = tables;
const MAX_TOKEN = 1_000;
const decoder = new TextDecoder();

interface Named {
  workspaceId: string;
  scheduleId: string;
  address: string;
}

export async function unsubscribeUrl(env: Pick<Env, "APP_SECRET" | "PUBLIC_URL">, named: Named): Promise<string> {
  const text = toBase64Url(new TextEncoder().encode(JSON.stringify([named.workspaceId, named.scheduleId, named.address])));
  return new URL(`/unsubscribe/${text}.${await sign(env.APP_SECRET, text)}`, env.PUBLIC_URL).href;
}

export interface Subscription extends Named {
  workspace: string;
  /** Null when the schedule is gone. */
  schedule: string | null;
}

export async function readSubscription(ctx: ServiceContext, token: string): Promise<Subscription> {
  const named = await readToken(ctx.env, token);
  if (named === null) throw new NotFoundError("The subscription");
  const [workspace, schedule] = await Promise.all([
    ctx.db.select({ name: workspaces.name }).from(workspaces).where(eq(workspaces.id, named.workspaceId)).get(),
    ctx.db
      .select({ name: schedules.name })
      .from(schedules)
      .where(and(eq(schedules.workspaceId, named.workspaceId), eq(schedules.id, named.scheduleId)))
      .get(),
  ]);
  if (workspace === undefined) throw new NotFoundError("The subscription");
  return { ...named, workspace: workspace.name, schedule: schedule?.name ?? null };
}

/** Asked twice, it is done once. `everything`: no report of that workspace any more. */
export async function unsubscribe(ctx: ServiceContext, token: string, everything: boolean): Promise<Subscription> {
  const subscription = await readSubscription(ctx, token);
  const own = asSystem(ctx, subscription.workspaceId);
  const row = rowOf(own, subscription.address, everything ? EVERYTHING : subscription.scheduleId, "unsubscribed", null);
  await ctx.db.batch([
    insertSuppression(own, row),
    auditIfChanged(own, {
      workspaceId: own.workspaceId,
      action: "mail.unsubscribed",
      targetKind: "schedule",
      targetId: subscription.scheduleId,
    }),
  ]);
  return subscription;
}

async function readToken(env: Pick<Env, "APP_SECRET" | "APP_SECRET_PREVIOUS">, token: string): Promise<Named | null> {
  const [text, signature, ...more] = token.split(".");
  if (token.length > MAX_TOKEN || text === undefined || signature === undefined || more.length > 0) return null;
  for (const secret of [env.APP_SECRET, env.APP_SECRET_PREVIOUS]) {
    if (!secret || !equalInConstantTime(signature, await sign(secret, text))) continue;
    const [workspaceId, scheduleId, address] = JSON.parse(decoder.decode(fromBase64Url(text))) as string[];
    return workspaceId === undefined || scheduleId === undefined || address === undefined ? null : { workspaceId, scheduleId, address };
  }
  return null;
}

async function sign(secret: string, text: string): Promise<string> {
  return (await hmacHex(secret, `unsubscribe:${text}`)).slice(0, 40);
}
