// What a new password by way of a mail ends and begins; called by better-auth once it stands.
import { and, eq } from "drizzle-orm";
import type { ServiceContext } from "../../shared/context";
import { tables } from "../../store";
import { endSessions } from "../sessions/end-sessions";
import { preparePasswordNotice } from "./letters";
import { whoFrom } from "./origin";

export async function afterPasswordReset(ctx: ServiceContext, user: { id: string; name: string; email: string }): Promise<void> {
  const { users, sessions } = tables;
  const notice = await preparePasswordNotice(ctx, user);
  await ctx.db.batch([
    // The link was read in that mailbox, which is all that verifying an address asks for.
    ctx.db
      .update(users)
      .set({ emailVerified: true, origin: whoFrom(ctx), updatedAt: new Date(ctx.now()) })
      .where(and(eq(users.id, user.id), eq(users.emailVerified, false))),
    ...endSessions(ctx, "password_reset", eq(sessions.userId, user.id)),
    notice.statement,
  ]);
  await notice.wake();
}
