// Makes a person with a password and a verified address, or finds them: for the seed of a first start, never for a request
// from outside. Doing it twice is harmless, so a start that was killed half-way is put right by the next.
import { hashPassword } from "better-auth/crypto";
import { eq, sql } from "drizzle-orm";
import type { ServiceContext } from "../../shared/context";
import { newId } from "../../shared/ids";
import { tables } from "../../store";
import { whoFrom } from "./origin";

const { accounts, users } = tables;

export async function ensurePerson(ctx: ServiceContext, input: { email: string; name: string; password: string }): Promise<string> {
  const email = input.email.toLowerCase();
  const now = new Date(ctx.now());
  const origin = whoFrom(ctx);
  const password = await hashPassword(input.password);
  await ctx.db
    .insert(users)
    .values({ id: newId("user", ctx.now()), name: input.name, email, emailVerified: true, origin, createdAt: now, updatedAt: now })
    .onConflictDoNothing({ target: users.email });
  const user = await ctx.db.select({ id: users.id }).from(users).where(eq(users.email, email)).get();
  if (user === undefined) throw new Error("The person was neither made nor found");
  const values = {
    id: newId("account", ctx.now()),
    userId: user.id,
    providerId: "credential",
    accountId: user.id,
    password,
    origin,
    createdAt: now,
    updatedAt: now,
  };
  await ctx.db
    .insert(accounts)
    .values(values)
    .onConflictDoUpdate({
      target: [accounts.providerId, accounts.accountId],
      set: { password, origin, updatedAt: sql`excluded.updated_at` },
    });
  return user.id;
}
