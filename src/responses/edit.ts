// The changes there are, each a decision over the response as it is.
import { assertCan, type ServiceContext } from "../shared/context";
import { ConflictError, GoneError } from "../shared/errors";
import type { ResponseRow } from "../store";
import { uploadsInAnswer } from "../uploads";
import { changeResponse } from "./change";
import { evaluateOrRefuse } from "./evaluate";

/** Merges; null takes an answer away. Valid by the version of the form that was answered. */
export async function updateResponse(
  ctx: ServiceContext,
  formId: string,
  responseId: string,
  patch: Record<string, unknown>,
): Promise<ResponseRow> {
  assertCan(ctx, "write");
  return changeResponse(ctx, formId, responseId, async (row, schema) => {
    refuseErased(row);
    if (row.deletedAt !== null) throw new ConflictError("The response is deleted; restore it first.", "response_deleted");
    const { workspaceId } = ctx;
    const files = await uploadsInAnswer(ctx, { formId: row.formId, workspaceId, schema }, patch, { responseId, held: row.data });
    const { data } = evaluateOrRefuse(schema, { ...row.data, ...patch }, row.status, row.submittedAt, files?.find);
    // Its own from here on: the response is there already, and if the edit comes to nothing the file goes with it some day.
    await files?.hold(data, responseId);
    files?.claimSoon(data, responseId);
    return { kind: "update", data };
  });
}

export async function deleteResponse(ctx: ServiceContext, formId: string, responseId: string): Promise<void> {
  assertCan(ctx, "delete");
  await changeResponse(ctx, formId, responseId, (row) => (row.deletedAt === null ? { kind: "delete" } : null));
}

export async function restoreResponse(ctx: ServiceContext, formId: string, responseId: string): Promise<ResponseRow> {
  assertCan(ctx, "write");
  return changeResponse(ctx, formId, responseId, (row) => {
    refuseErased(row);
    return row.deletedAt === null ? null : { kind: "restore" };
  });
}

/** For good: answers, notes and old versions go; that there was a response, and the chain, stay. */
export async function eraseResponse(ctx: ServiceContext, formId: string, responseId: string): Promise<void> {
  assertCan(ctx, "delete");
  await changeResponse(ctx, formId, responseId, (row) => (row.erasedAt === null ? { kind: "erase", data: {} } : null));
}

function refuseErased(row: ResponseRow): void {
  if (row.erasedAt !== null) throw new GoneError("The response was erased; there is nothing left of it to bring back.", "response_erased");
}
