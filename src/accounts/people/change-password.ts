// A signed-in person changes the password. Ours rather than better-auth's, so that the password, the end of the other
// sessions, the audit rows and the notice are one batch.
import { hashPassword, verifyPassword } from "better-auth/crypto";
import { and, eq, ne } from "drizzle-orm";
import type { ServiceContext } from "../../shared/context";
import { ConflictError } from "../../shared/errors";
import { tables } from "../../store";
import { assertPerson } from "../assert-person";
import { endSessions } from "../sessions/end-sessions";
import { assertGoodPassword } from "./assert-password";
import { wrongPassword } from "./call-auth";
import { slowGuessing } from "./guessing";
import { preparePasswordNotice } from "./letters";
import { whoFrom } from "./origin";

const { accounts, sessions, users } = tables;

export async function changePassword(ctx: ServiceContext, input: { currentPassword: string; newPassword: string }): Promise<void> {
  assertPerson(ctx);
  const { userId, email, sessionId } = ctx.actor;
  assertGoodPassword(input.newPassword, email, "new_password");
  await slowGuessing(ctx, "change-password", userId);
  const row = await ctx.db
    .select({ accountId: accounts.id, password: accounts.password, name: users.name })
    .from(accounts)
    .innerJoin(users, eq(users.id, accounts.userId))
    .where(and(eq(accounts.userId, userId), eq(accounts.providerId, "credential")))
    .get();
  if (!row?.password) {
    throw new ConflictError("You sign in another way and have no password yet: ask for one with “forgotten password”.", "no_password");
  }
  if (!(await verifyPassword({ hash: row.password, password: input.currentPassword }))) throw wrongPassword();
  const hash = await hashPassword(input.newPassword);
  const notice = await preparePasswordNotice(ctx, { name: row.name, email });
  await ctx.db.batch([
    // The old hash in the condition: of two changes at once, the second was checked against a password that is gone.
    ctx.db
      .update(accounts)
      .set({ password: hash, origin: whoFrom(ctx), updatedAt: new Date(ctx.now()) })
      .where(and(eq(accounts.id, row.accountId), eq(accounts.password, row.password))),
    ...endSessions(ctx, "password_changed", and(eq(sessions.userId, userId), ne(sessions.id, sessionId))),
    notice.statement,
  ]);
  await notice.wake();
}
