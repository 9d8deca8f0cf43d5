// Changes to responses, copied into the audit log where the settle could not write there itself. First among the followers: what
// somebody did must not wait for a webhook that fails.
import { writeSettledAudit } from "../store/audit";
import type { Follower } from "./outbox";

export const recordAudit: Follower = async (ctx, range) => {
  if (range.audit.length > 0) await writeSettledAudit(ctx.env.DB, range.workspaceId, range.audit);
};
