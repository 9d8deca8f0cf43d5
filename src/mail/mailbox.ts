// Reading mail back, for the development mailbox alone.
import { desc, eq } from "drizzle-orm";
import type { ServiceContext } from "../shared/context";
import { NotFoundError } from "../shared/errors";
import { tables } from "../store";
import { openBody } from "./open-body";

const { mailMessages } = tables;
const SHOWN = 100;

export async function listMailbox(ctx: ServiceContext) {
  assertDevelopment(ctx);
  return ctx.db.select().from(mailMessages).orderBy(desc(mailMessages.id)).limit(SHOWN);
}

export async function readMailbox(ctx: ServiceContext, id: string) {
  assertDevelopment(ctx);
  const row = await ctx.db.select().from(mailMessages).where(eq(mailMessages.id, id)).get();
  if (row === undefined || row.body === null) throw new NotFoundError("The mail");
  return { ...row, ...(await openBody(ctx.env, row.body)) };
}

function assertDevelopment(ctx: ServiceContext): void {
  if (ctx.env.ENVIRONMENT !== "development") throw new NotFoundError("The mailbox");
}
