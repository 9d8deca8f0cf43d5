// Files on their way out of one workspace and into another, as rows: whoever carries them sees to the bytes.
import { sql } from "drizzle-orm";
import { z } from "zod";
import type { WorkspaceContext } from "../shared/context";
import { ConflictError, InvalidError } from "../shared/errors";
import type { Claim } from "./answer";
import { MAX_FILE, mostBytesOf, UNCLAIMED_MS } from "./limits";
import { plainName } from "./names";
import { fileKeyOf } from "./rows";

const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/i;
const idOf = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[0-9a-z]{26}$`));
const Time = z.number().int().nonnegative();

/** A file that a response has. What comes from a back-up was written by anybody, so all of it is looked at. */
export const CarriedUpload = z.object({
  id: idOf("upl"),
  form_id: idOf("frm"),
  response_id: idOf("rsp"),
  field: z.string().min(1).max(1_000),
  name: z.string().max(1_000).transform(plainName),
  type: z.string().regex(TYPE),
  size: z.number().int().nonnegative().max(MAX_FILE),
  scan: z.enum(["none", "pending", "clean", "refused"]),
  created_by: z.string().max(200),
  created_at: Time,
  completed_at: Time.nullable(),
});
export type CarriedUpload = z.infer<typeof CarriedUpload>;
export type LyingUpload = CarriedUpload & { file_key: string };

const COLUMNS = sql.raw("u.id, u.form_id, u.field, u.name, u.type, u.size, u.scan, u.created_by, u.created_at, u.completed_at, u.file_key");

/**
 * Of what responses name, the files that are theirs, in the order in which they are named. One that the ledger has accepted may still
 * have to be claimed: the entry counts. Files that nobody has submitted are named by none.
 */
export function uploadsToCarry(ctx: WorkspaceContext, formId: string, claims: readonly Claim[]): Promise<LyingUpload[]> {
  return ctx.db.all<LyingUpload>(sql`
    SELECT ${COLUMNS}, e.value ->> 'response' AS response_id
    FROM json_each(${JSON.stringify(claims)}) e CROSS JOIN uploads u ON u.id = e.value ->> 'id'
    WHERE u.workspace_id = ${ctx.workspaceId} AND u.form_id = ${formId} AND u.field = e.value ->> 'field' AND u.status = 'complete'
      AND (u.response_id IS NULL OR u.response_id = e.value ->> 'response')
    ORDER BY e.key`);
}

/** Those of these that are the form's, whole and claimed. */
export function carriedUploads(ctx: WorkspaceContext, formId: string, ids: readonly string[]): Promise<LyingUpload[]> {
  return ctx.db.all<LyingUpload>(sql`
    SELECT ${COLUMNS}, u.response_id
    FROM json_each(${JSON.stringify([...new Set(ids)])}) e CROSS JOIN uploads u ON u.id = e.value
    WHERE u.workspace_id = ${ctx.workspaceId} AND u.form_id = ${formId} AND u.status = 'complete' AND u.response_id IS NOT NULL`);
}

/**
 * Makes room for files of one form whose bytes are about to come, and says where each belongs; those that are there already are left out.
 * Until they are settled nobody sees them, and a day later the night removes what has not been.
 */
export async function expectUploads(ctx: WorkspaceContext, formId: string, files: readonly CarriedUpload[]): Promise<LyingUpload[]> {
  const here = await ctx.db.all<{ id: string; mine: number; status: string }>(sql`
    SELECT u.id, u.workspace_id = ${ctx.workspaceId} AND u.form_id = ${formId} AS mine, u.status
    FROM json_each(${JSON.stringify(files.map(({ id }) => id))}) e CROSS JOIN uploads u ON u.id = e.value`);
  if (here.some(({ mine }) => mine === 0)) {
    const message = "A file with this id is kept somewhere else.";
    throw new InvalidError(message, [{ path: "id", message, code: "upload_used" }]);
  }
  const known = new Map(here.map(({ id, status }) => [id, status]));
  const missing = files.filter(({ id }) => known.get(id) !== "complete");
  const lying = missing.map((file) => ({ ...file, file_key: fileKeyOf(ctx.workspaceId, formId, file.id) }));
  const more = missing.reduce((sum, { id, size }) => sum + (known.has(id) ? 0 : size), 0);
  const most = mostBytesOf(ctx.env);
  const [room] = await ctx.db.all<{ bytes: number }>(sql`SELECT bytes FROM upload_usage WHERE workspace_id = ${ctx.workspaceId}`);
  if ((room?.bytes ?? 0) + more > most) throw new ConflictError("The workspace has no room for these files.", "storage_full");
  await ctx.db.run(sql`
    INSERT INTO uploads (id, workspace_id, form_id, field, name, type, size, status, scan, file_key, expires_at, created_by, created_at)
    SELECT value ->> 'id', ${ctx.workspaceId}, ${formId}, value ->> 'field', value ->> 'name', value ->> 'type', value ->> 'size', 'open',
      value ->> 'scan', value ->> 'file_key', ${ctx.now() + UNCLAIMED_MS}, value ->> 'created_by', value ->> 'created_at'
    FROM json_each(${JSON.stringify(lying)}) WHERE true
    ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at
    WHERE uploads.workspace_id = excluded.workspace_id AND uploads.form_id = excluded.form_id AND uploads.status = 'open'`);
  return lying;
}

/** Their bytes are there: from here on they are their responses' own. */
export async function settleUploads(ctx: WorkspaceContext, formId: string, files: readonly CarriedUpload[]): Promise<void> {
  // A verdict that was being waited for is asked of this installation's scanner, if it has one.
  const waiting = ctx.env.UPLOAD_SCAN_URL ? "pending" : "none";
  await ctx.db.run(sql`
    UPDATE uploads SET status = 'complete', response_id = c.response_id, expires_at = NULL, completed_at = c.completed_at,
      scan = CASE c.scan WHEN 'pending' THEN ${waiting} ELSE c.scan END
    FROM (SELECT value ->> 'id' AS id, value ->> 'response_id' AS response_id, value ->> 'scan' AS scan,
      coalesce(value ->> 'completed_at', value ->> 'created_at') AS completed_at FROM json_each(${JSON.stringify(files)})) c
    WHERE uploads.id = c.id AND uploads.workspace_id = ${ctx.workspaceId} AND uploads.form_id = ${formId} AND uploads.status = 'open'
      AND uploads.expires_at > 0`);
}
