// Rows of a back-up, put into the tables of another workspace. Only columns that the table has are taken: a back-up is a file, and
// files can be written by anybody.
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
    const ready = nameOf(carried) === "forms" ? await withFreeSlugs(ctx, rows) : rows;
    await insertRows(ctx, nameOf(carried), columnsOf(carried), ready);
  }
}

function renamedRow(row: Row, rename: Rename): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === "string" ? renameWithin(value, rename) : value]),
  );
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
