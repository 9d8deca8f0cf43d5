// Telling everybody who watches a workspace: progress of jobs, alerts, notifications. What is told may be lost, and the rows that
// it speaks of say the same: so it is told after the fact, and nobody waits for it.
import type { ServiceContext } from "./context";
import { describeError } from "./log";

export interface WorkspaceMessage {
  /** `job`, `alert`, `notification` … */
  type: string;
  /** Of two messages with one type and key within a frame only the newer is told: a job's progress, not each of its steps. */
  key: string;
  data: unknown;
}

/** What a listener on a slow line can still take twice a second. */
const MAX_MESSAGE_BYTES = 16_384;

export const workspaceHub = (env: Env, workspaceId: string) => env.WORKSPACES.getByName(workspaceId);

export function publishToWorkspace(ctx: ServiceContext & { workspaceId: string }, message: WorkspaceMessage): void {
  const text = JSON.stringify(message.data ?? null);
  const data = text.length > MAX_MESSAGE_BYTES ? null : text;
  const told = workspaceHub(ctx.env, ctx.workspaceId).publish({ type: message.type, key: message.key, data });
  ctx.defer(Promise.resolve(told).catch((error: unknown) => ctx.log.warn("the workspace feed was not told", describeError(error))));
}
