import type { WorkspaceContext } from "../../shared/context";

/** Endpoints may have sent back what they were sent: of erased responses that goes too. That they were delivered stays. */
export async function forgetAnswersOfReceivers(ctx: WorkspaceContext, responseIds: readonly string[]): Promise<void> {
  await ctx.env.DB.prepare(
    `UPDATE webhook_attempts SET response = NULL WHERE response IS NOT NULL AND delivery_id IN
       (SELECT d.id FROM json_each(?1) e CROSS JOIN webhook_deliveries d ON d.response_id = e.value WHERE d.workspace_id = ?2)`,
  )
    .bind(JSON.stringify(responseIds), ctx.workspaceId)
    .run();
}
