// Requests of persons, as rows: what is asked is sealed while the work lasts, and only how much there was stays.
import { and, desc, eq, lt, lte } from "drizzle-orm";
import { z } from "zod";
import { JobFailedError } from "../jobs";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { openSealed } from "../shared/crypto";
import { GoneError, NotFoundError } from "../shared/errors";
import { decodeCursor, type Page, toPage } from "../shared/lists";
import { tables } from "../store";
import { Person } from "./person";

const { privacyRequests } = tables;

export type PrivacyRequest = typeof privacyRequests.$inferSelect;
/** The job knows the request only: its row is kept for weeks. */
export const RequestInput = z.object({ request_id: z.string() });
export type RequestInput = z.infer<typeof RequestInput>;
export const PURPOSE = "privacy-request";
const FILES_AT_ONCE = 500;

export async function getPrivacyRequest(ctx: ServiceContext, id: string): Promise<PrivacyRequest> {
  assertCan(ctx, "manage");
  return load(ctx, id);
}

export async function listPrivacyRequests(ctx: ServiceContext, input: { limit: number; cursor?: string }): Promise<Page<PrivacyRequest>> {
  assertCan(ctx, "manage");
  const [before] = decodeCursor(input.cursor, 1) ?? [];
  const rows = await ctx.db
    .select()
    .from(privacyRequests)
    .where(and(eq(privacyRequests.workspaceId, ctx.workspaceId), before === undefined ? undefined : lt(privacyRequests.id, String(before))))
    .orderBy(desc(privacyRequests.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, ({ id }) => [id]);
}

export async function downloadPersonExport(ctx: ServiceContext, id: string): Promise<ReadableStream<Uint8Array>> {
  assertCan(ctx, "manage");
  const request = await load(ctx, id);
  const object = request.file === null ? null : await ctx.env.FILES.get(request.file);
  if (object === null) {
    if (request.kind === "export" && request.finishedAt !== null) throw new GoneError("The file was deleted after a week; ask again.");
    throw new NotFoundError("The file");
  }
  return object.body;
}

/** For the nightly cron. */
export async function forgetPersonExports(ctx: ServiceContext): Promise<number> {
  const rows = await ctx.db
    .select({ id: privacyRequests.id, workspaceId: privacyRequests.workspaceId, file: privacyRequests.file })
    .from(privacyRequests)
    .where(lte(privacyRequests.expiresAt, ctx.now()))
    .limit(FILES_AT_ONCE);
  for (const { id, workspaceId, file } of rows) {
    if (file !== null) await ctx.env.FILES.delete(file);
    await ctx.db
      .update(privacyRequests)
      .set({ file: null, expiresAt: null })
      .where(and(eq(privacyRequests.id, id), eq(privacyRequests.workspaceId, workspaceId)));
  }
  return rows.length;
}

export async function openPerson(ctx: WorkspaceContext, id: string): Promise<Person> {
  const { person } = await load(ctx, id);
  if (person === null) throw new JobFailedError("The request was answered already.");
  return Person.parse(JSON.parse(await openSealed(ctx.env, PURPOSE, person)));
}

export async function finishRequest(
  ctx: WorkspaceContext,
  id: string,
  done: { report: unknown; file?: string; expiresAt?: number },
): Promise<void> {
  await ctx.db
    .update(privacyRequests)
    .set({ person: null, finishedAt: ctx.now(), ...done })
    .where(and(eq(privacyRequests.id, id), eq(privacyRequests.workspaceId, ctx.workspaceId)));
}

async function load(ctx: WorkspaceContext, id: string): Promise<PrivacyRequest> {
  const [row] = await ctx.db
    .select()
    .from(privacyRequests)
    .where(and(eq(privacyRequests.id, id), eq(privacyRequests.workspaceId, ctx.workspaceId)))
    .limit(1);
  if (row === undefined) throw new NotFoundError("The request");
  return row;
}
