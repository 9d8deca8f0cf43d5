// For those who take answers out of the store for good. An erasure that goes through the ledger is followed anyway; these are for what
// must be gone when they return, and for what no ledger knows of.
import { assertCan, type ServiceContext } from "../../shared/context";
import { columnsOf } from "./api";

/** Once this returns, nothing of these responses lies in any column, on disk or in memory; the store must have let go of them before. */
export async function eraseFromColumns(
  ctx: ServiceContext,
  formId: string,
  responses: readonly { shard: number; seq: number }[],
): Promise<void> {
  assertCan(ctx, "delete");
  await columnsOf(ctx.env, formId).erase(ctx.workspaceId, responses);
}

/** All columns of a form. What the store still has of it will be laid out again when there is time. */
export async function dropColumns(ctx: ServiceContext, formId: string): Promise<void> {
  assertCan(ctx, "delete");
  await columnsOf(ctx.env, formId).forget(ctx.workspaceId);
}
