// Makes a person with a password and a verified address, or finds them: for the seed of a first start, never for a request
// from outside. One batch, and harmless when done twice.
import { hashPassword } from "better-auth/crypto";
import { eq, sql } from "drizzle-orm";
import type { ServiceContext } from "../../shared/context";
import { newId } from "../../shared/ids";
import { tables } from "../../store";
import { whoFrom } from "./origin";

const { users } = tables;

export async function ensurePerson(ctx: ServiceContext, input: { email: string; name: string; password: string }): Promise<string> {
  const email = input.email.toLowerCase();
  const now = ctx.now();
  const at = new Date(now);
  const origin = whoFrom(ctx);
  const password = await hashPassword(input.password);
  const [, , [user]] = await ctx.db.batch([
    ctx.db
      .insert(users)
      .values({ id: newId("user", now), name: input.name, email, emailVerified: true, origin, createdAt: at, updatedAt: at })
      .onConflictDoNothing({ target: users.email }),
    // From the row that is there now, whoever made it.
    ctx.db.run(sql`
      INSERT INTO accounts (id, user_id, provider_id, account_id, password, origin, created_at, updated_at)
      SELECT ${newId("account", now)}, id, 'credential', id, ${password}, ${origin}, ${now}, ${now} FROM users WHERE email = ${email}
      ON CONFLICT (provider_id, account_id) DO UPDATE SET password = excluded.password, origin = excluded.origin, updated_at = excluded.updated_at`),
    ctx.db.select({ id: users.id }).from(users).where(eq(users.email, email)),
  ]);
  if (user === undefined) throw new Error("The person was neither made nor found");
  return user.id;
}
