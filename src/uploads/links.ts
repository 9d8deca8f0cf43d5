// Signed links to uploads, and many of them at once for files that are made of answers.
import { sql } from "drizzle-orm";
import type { WorkspaceContext } from "../shared/context";
import { readLink, signLink } from "../shared/signed-link";

export interface LinkedFile {
  id: string;
  name: string;
  type: string;
  size: number;
  url: string;
}

const IDS_AT_ONCE = 500;

const subjectOf = (id: string) => `upload:${id}`;

export function signUploadLink(env: Pick<Env, "APP_SECRET" | "PUBLIC_URL">, id: string, expiresAt: number): Promise<string> {
  return signLink(env, { path: `/u/${id}`, subject: subjectOf(id), expiresAt });
}

export function readUploadLink(env: Env, link: { id: string; expires: string; signature: string }): Promise<number | null> {
  return readLink(env, { ...link, subject: subjectOf(link.id) });
}

/** By id. Of those that are there: what was deleted or refused has no link. */
export async function linksOf(
  ctx: WorkspaceContext,
  formId: string,
  ids: readonly string[],
  expiresAt: number,
): Promise<ReadonlyMap<string, LinkedFile>> {
  const links = new Map<string, LinkedFile>();
  const wanted = [...new Set(ids)];
  for (let i = 0; i < wanted.length; i += IDS_AT_ONCE) {
    const rows = await ctx.db.all<Omit<LinkedFile, "url">>(sql`
      SELECT u.id, u.name, u.type, u.size
      FROM json_each(${JSON.stringify(wanted.slice(i, i + IDS_AT_ONCE))}) e CROSS JOIN uploads u ON u.id = e.value
      WHERE u.workspace_id = ${ctx.workspaceId} AND u.form_id = ${formId} AND u.status = 'complete' AND u.scan <> 'refused'`);
    for (const row of rows) links.set(row.id, { ...row, url: await signUploadLink(ctx.env, row.id, expiresAt) });
  }
  return links;
}
