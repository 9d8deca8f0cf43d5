// Ends sessions by deleting their rows, which every request reads: revocation takes effect at once, everywhere.
import type { SQL } from "drizzle-orm";
import type { ServiceContext } from "../../shared/context";
import { tables } from "../../store";
import { whoFrom } from "../people/origin";

const { sessions } = tables;

/** Statements for the caller's batch. The first tells the audit trigger who ended it and why; the second fires it. */
export function endSessions(ctx: ServiceContext, reason: string, which: SQL | undefined) {
  return [
    ctx.db
      .update(sessions)
      .set({ endedFrom: whoFrom(ctx, { reason }) })
      .where(which),
    ctx.db.delete(sessions).where(which).returning({ id: sessions.id }),
  ] as const;
}
