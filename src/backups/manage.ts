import { and, desc, eq, lt, sql } from "drizzle-orm";
import { getWorkspace } from "../accounts";
import { cancelJob, findReusable, prepareJob, startJob, tooManyJobs } from "../jobs";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { ConflictError, NotFoundError } from "../shared/errors";
import { newId } from "../shared/ids";
import { decodeCursor, type Page, toPage } from "../shared/lists";
import { tables } from "../store";
import { auditActor, auditIfChanged } from "../store/audit";
import { folderOf, removeAll } from "./archive";
import { BACKUP, RESTORE } from "./kinds";

const { backups, forms } = tables;

export type Backup = typeof backups.$inferSelect;

/** One at a time: asked for again while it is being made, it is the same one. */
export async function startBackup(ctx: ServiceContext): Promise<Backup> {
  assertCan(ctx, "manage");
  const id = newId("backup", ctx.now());
  const job = prepareJob(ctx, BACKUP, { backup_id: id }, { requestHash: "whole workspace" });
  const { kind, id: actorId } = auditActor(ctx);
  await ctx.db.batch([
    job.statement,
    ctx.db.run(sql`INSERT INTO backups (id, workspace_id, job_id, created_by, created_at)
      SELECT ${id}, ${ctx.workspaceId}, ${job.id}, ${`${kind}:${actorId}`}, ${ctx.now()} WHERE changes() > 0`),
    auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action: "backup.started", targetKind: "backup", targetId: id }),
  ]);
  const made = await findBackup(ctx, id);
  if (made !== null) {
    await job.wake();
    return made;
  }
  const running = await findReusable(ctx, BACKUP.kind, "whole workspace");
  const same = running === null ? null : await findBackup(ctx, (running.input as { backup_id: string }).backup_id);
  if (same === null) throw tooManyJobs();
  return same;
}

export async function listBackups(ctx: ServiceContext, input: { limit: number; cursor?: string }): Promise<Page<Backup>> {
  assertCan(ctx, "manage");
  const [before] = decodeCursor(input.cursor, 1) ?? [];
  const rows = await ctx.db
    .select()
    .from(backups)
    .where(and(eq(backups.workspaceId, ctx.workspaceId), before === undefined ? undefined : lt(backups.id, String(before))))
    .orderBy(desc(backups.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, ({ id }) => [id]);
}

export async function getBackup(ctx: ServiceContext, id: string): Promise<Backup> {
  assertCan(ctx, "manage");
  const backup = await findBackup(ctx, id);
  if (backup === null) throw new NotFoundError("The back-up");
  return backup;
}

export async function deleteBackup(ctx: ServiceContext, id: string): Promise<void> {
  const backup = await getBackup(ctx, id);
  assertCan(ctx, "manage");
  if (backup.finishedAt === null) await cancelJob(ctx, backup.jobId).catch(ignoreConflict);
  // Objects first: cut off half-way, the row is still there to ask again by, and without a manifest nothing can be restored from it.
  await removeAll(ctx.env.FILES, folderOf(ctx.workspaceId, id));
  await ctx.db.batch([
    ctx.db.delete(backups).where(and(eq(backups.id, id), eq(backups.workspaceId, ctx.workspaceId))),
    auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action: "backup.deleted", targetKind: "backup", targetId: id }),
  ]);
}

/** Into the workspace of who asks, which must be empty. The back-up may be of another workspace that they are an admin of. */
export async function restoreBackup(ctx: ServiceContext, id: string): Promise<{ jobId: string }> {
  assertCan(ctx, "manage");
  const [backup] = await ctx.db.select().from(backups).where(eq(backups.id, id)).limit(1);
  if (backup === undefined || !(await mayRead(ctx, backup))) throw new NotFoundError("The back-up");
  if (backup.finishedAt === null) throw new ConflictError("The back-up is still being made.", "not_finished");
  if ((await ctx.db.$count(forms, eq(forms.workspaceId, ctx.workspaceId))) > 0) {
    throw new ConflictError("The workspace has forms already; a back-up is restored into an empty one.", "not_empty");
  }
  const job = await startJob(ctx, RESTORE, { backup_id: id, workspace_id: backup.workspaceId }, { requestHash: id });
  await ctx.db.batch([
    ctx.db.update(backups).set({ id }).where(eq(backups.id, id)),
    auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action: "backup.restored", targetKind: "backup", targetId: id }),
  ]);
  return { jobId: job.id };
}

async function mayRead(ctx: WorkspaceContext, backup: Backup): Promise<boolean> {
  if (backup.workspaceId === ctx.workspaceId) return true;
  return ctx.actor.kind === "member" && (await getWorkspace(ctx, backup.workspaceId)).role === "admin";
}

async function findBackup(ctx: WorkspaceContext, id: string): Promise<Backup | null> {
  const [row] = await ctx.db
    .select()
    .from(backups)
    .where(and(eq(backups.id, id), eq(backups.workspaceId, ctx.workspaceId)))
    .limit(1);
  return row ?? null;
}

function ignoreConflict(error: unknown): void {
  if (!(error instanceof ConflictError)) throw error;
}
