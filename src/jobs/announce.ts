// Progress for whoever watches. It may be lost: the row says the same.
import type { WorkspaceContext } from "../shared/context";
import { publishToWorkspace } from "../shared/workspace-feed";
import type { Job } from "./kind";
import { jobView } from "./view";

export function announceJob(ctx: WorkspaceContext, job: Job): void {
  publishToWorkspace(ctx, { type: "job", key: job.id, data: jobView(job) });
}
