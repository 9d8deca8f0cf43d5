// Rows of a back-up, put into the tables of another workspace. Only columns that the table has are taken: a back-up is a file, and
// files can be written by anybody.
import { JobFailedError } from "../jobs";
import type { WorkspaceContext } from "../shared/context";
import { type Rename, renameWithin } from "./identity";
import { CARRIED, type CarriedTable, columnsOf, nameOf, type Row } from "./tables";

export async function restoreRows(ctx: WorkspaceContext, lines: readonly unknown[], rename: Rename): Promise<void> {
  const byTable = new Map<CarriedTable, Row[]>();
  for (const line of lines) {
    const { table, row: kept, file } = line as { table: string; row: Row; file?: string };
    const row = renamedRow(kept, rename);
    const carried = CARRIED.find((one) => nameOf(one) === table);
    const restored = carried?.restored === undefined ? row : carried.restored(row, ctx.now());
    if (carried === undefined || restored === null) continue;
    const rows = byTable.get(carried) ?? [];
    byTable.set(carried, rows);
    if (carried.file !== undefined && file !== undefined) {
      restored[carried.file] = `restored/${ctx.workspaceId}/${String(row.id)}`;
      await ctx.env.FILES.put(String(restored[carried.file]), Uint8Array.fromBase64(file));
    }
    rows.push({ ...restored, workspace_id: ctx.workspaceId });
  }
  for (const [carried, rows] of byTable) {
    await refuseForeign(ctx, carried, rows);
    const ready = nameOf(carried) === "forms" ? await withFreeSlugs(ctx, rows) : rows;
    await insertRows(ctx, nameOf(carried), columnsOf(carried), ready);
  }
}

function renamedRow(row: Row, rename: Rename): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === "string" ? renameWithin(value, rename) : value]),
  );
}

/** Rows of a form or a plugin that stands in another workspace would be read with it there. */
async function refuseForeign(ctx: WorkspaceContext, carried: CarriedTable, rows: readonly Row[]): Promise<void> {
  for (const [column, owner] of [["form_id", "forms"] as const, ["plugin_id", "plugins"] as const]) {
    if (!columnsOf(carried).includes(column)) continue;
    const named = [...new Set(rows.map((row) => row[column]).filter((id) => typeof id === "string" && id !== ""))];
    const [foreign] = (
      await ctx.env.DB.prepare(
        `SELECT e.value AS id FROM json_each(?1) e WHERE NOT EXISTS (SELECT 1 FROM ${owner} o WHERE o.id = e.value AND o.workspace_id = ?2) LIMIT 1`,
      )
        .bind(JSON.stringify(named), ctx.workspaceId)
        .all<{ id: string }>()
    ).results;
    if (foreign !== undefined)
      throw new JobFailedError(`The back-up has ${nameOf(carried)} of something that is not in it: ${foreign.id}.`);
  }
}

const ROWS_PER_STATEMENT = 200;

/** What is there already stays: a part may be put in twice. */
async function insertRows(ctx: WorkspaceContext, table: string, columns: readonly string[], rows: readonly Row[]): Promise<void> {
  const values = columns.map((column) => `e.value ->> '$.${column}'`).join(", ");
  const sql = `INSERT OR IGNORE INTO ${table} (${columns.join(", ")}) SELECT ${values} FROM json_each(?1) e`;
  for (let i = 0; i < rows.length; i += ROWS_PER_STATEMENT) {
    await ctx.env.DB.prepare(sql)
      .bind(JSON.stringify(rows.slice(i, i + ROWS_PER_STATEMENT)))
      .run();
  }
}

/** A slug is one form's in all of Headwater. A form whose own is taken gets one beside it. */
async function withFreeSlugs(ctx: WorkspaceContext, rows: readonly Row[]): Promise<Row[]> {
  const { results } = await ctx.env.DB.prepare("SELECT s.slug, s.form_id FROM json_each(?1) e CROSS JOIN form_slugs s ON s.slug = e.value")
    .bind(JSON.stringify(rows.map(({ slug }) => slug)))
    .all<{ slug: string; form_id: string }>();
  const takenBy = new Map(results.map(({ slug, form_id }) => [slug, form_id]));
  const renamed: Row[] = [];
  const ready = rows.map((row) => {
    const owner = takenBy.get(String(row.slug));
    if (owner === undefined || owner === row.id) return row;
    const id = String(row.id);
    const slug = `${String(row.slug).slice(0, 55)}-${id.slice(-6)}`;
    renamed.push({ slug, form_id: id, workspace_id: ctx.workspaceId, created_at: row.created_at ?? 0 });
    return { ...row, slug };
  });
  await insertRows(ctx, "form_slugs", ["slug", "form_id", "workspace_id", "created_at"], renamed);
  return ready;
}
