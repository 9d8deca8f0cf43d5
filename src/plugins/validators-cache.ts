// Which forms have validators is kept with the published form. So whoever changes a plugin that has one makes those forms' cached
// state old, in the same batch.
import { sql } from "drizzle-orm";
import { noteTagsBumped } from "../cache";
import type { WorkspaceContext } from "../shared/context";
import { VALIDATE } from "./hooks";
import type { PluginRow } from "./internal";

type Touching = Pick<PluginRow, "formId" | "hooks">;

/** For the batch of the change, last in it. `null` when no validator is concerned. */
export function bumpForms(ctx: WorkspaceContext, ...states: readonly Touching[]) {
  const touching = states.filter(({ hooks }) => hooks.includes(VALIDATE));
  if (touching.length === 0) return null;
  const all = touching.some(({ formId }) => formId === null);
  const only = touching.map(({ formId }) => formId);
  return ctx.db.run(sql`
    INSERT INTO cache_tags (tag, version) SELECT 'form:' || id, 1 FROM forms
    WHERE workspace_id = ${ctx.workspaceId} AND (${all ? 1 : 0} OR id IN (SELECT value FROM json_each(${JSON.stringify(only)})))
    ON CONFLICT (tag) DO UPDATE SET version = version + 1`);
}

/** After the batch: this isolate serves nothing older. Other forms of the workspace are a matter of two seconds, as elsewhere. */
export async function noteFormsBumped(ctx: WorkspaceContext, ...states: readonly Touching[]): Promise<void> {
  const touching = states.filter(({ hooks }) => hooks.includes(VALIDATE));
  if (touching.length === 0) return;
  const all = touching.some(({ formId }) => formId === null);
  const ids = all ? await formIds(ctx) : touching.flatMap(({ formId }) => (formId === null ? [] : [formId]));
  noteTagsBumped(
    ctx,
    ids.map((id) => `form:${id}`),
  );
}

const MOST = 10_000;

async function formIds(ctx: WorkspaceContext): Promise<string[]> {
  const rows = await ctx.db.all<{ id: string }>(
    sql`SELECT id FROM forms WHERE workspace_id = ${ctx.workspaceId} ORDER BY id LIMIT ${MOST}`,
  );
  return rows.map(({ id }) => id);
}
