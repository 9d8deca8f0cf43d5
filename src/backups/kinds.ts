import { and, eq } from "drizzle-orm";
import { z } from "zod";
import type { JobKind } from "../jobs";
import { tables } from "../store";
import { folderOf, removeAll } from "./archive";
import type { BackupResult } from "./finish";
import { type RestoreResult, restoreInto } from "./restore";
import { writeBackup } from "./write-backup";

const { backups } = tables;

const BackupInput = z.object({ backup_id: z.string() });

export const BACKUP: JobKind<z.infer<typeof BackupInput>, BackupResult> = {
  kind: "backup",
  queue: "work",
  input: BackupInput,
  maxAttempts: 5,
  resumes: true,
  async run(ctx, { backup_id: id }, control) {
    const outcome = await writeBackup(ctx, id, control);
    if (outcome.kind === "done") {
      await ctx.db
        .update(backups)
        .set({ finishedAt: ctx.now(), ...outcome.result })
        .where(and(eq(backups.id, id), eq(backups.workspaceId, ctx.workspaceId)));
    }
    return outcome;
  },
  cleanUp: (ctx, { backup_id: id }) => removeAll(ctx.env.FILES, folderOf(ctx.workspaceId, id)),
};

const RestoreInput = z.object({ backup_id: z.string(), workspace_id: z.string() });

/** Nothing is cleaned up: what has arrived is right, only not all of it; trying again goes on from there. */
export const RESTORE: JobKind<z.infer<typeof RestoreInput>, RestoreResult> = {
  kind: "restore",
  queue: "work",
  input: RestoreInput,
  maxAttempts: 5,
  resumes: true,
  run: (ctx, input, control) =>
    restoreInto(ctx, { workspaceId: input.workspace_id, backupId: input.backup_id, restoreId: control.jobId }, control),
};
