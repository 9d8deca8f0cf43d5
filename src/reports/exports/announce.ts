// The event that an export is there: once, in the batch that notes that it was raised.
import { and, eq, isNull } from "drizzle-orm";
import type { WorkspaceContext } from "../../shared/context";
import { tables } from "../../store";
import { raiseIfChanged } from "../../webhooks";
import { readExport } from "./read";

const { exports } = tables;

export async function announceExport(ctx: WorkspaceContext, id: string): Promise<void> {
  const view = await readExport(ctx, id);
  const event = raiseIfChanged(ctx, {
    workspaceId: ctx.workspaceId,
    type: "export.completed",
    formId: view.formId,
    // Without the link: whoever is told by webhook asks for it with a key of the workspace.
    data: {
      id,
      form_id: view.formId,
      format: view.format,
      rows: view.rows,
      size: view.size,
      position: view.position,
      file_name: view.fileName,
    },
  });
  await ctx.db.batch([
    ctx.db
      .update(exports)
      .set({ announcedAt: ctx.now() })
      .where(and(eq(exports.id, id), eq(exports.workspaceId, ctx.workspaceId), isNull(exports.announcedAt))),
    event.statement,
  ]);
  await event.wake();
}
