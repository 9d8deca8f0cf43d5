// The first rows as an export would have them, at once.
import { parsePosition, passBarrier, readSnapshot } from "../../responses";
import { assertCan, type ServiceContext } from "../../shared/context";
import { formatNamed } from "../formats";
import { labelsOf } from "../formats/header";
import { jsonOf } from "../table/cells";
import type { ColumnType } from "../table/columns";
import { filesOf, withFiles } from "../table/files";
import { planTable } from "./plan";
import type { ExportFormatName, TableRequest } from "./request";

const ROWS = 20;

export interface Preview {
  columns: { name: string; label: string; type: ColumnType }[];
  rows: Record<string, unknown>[];
}

export async function previewExport(ctx: ServiceContext, request: TableRequest & { format?: ExportFormatName }): Promise<Preview> {
  assertCan(ctx, "read");
  const plan = await planTable(ctx, request, request.format === undefined ? "value" : formatNamed(request.format).choices);
  const { position } = await passBarrier(ctx, plan.form.id, plan.schemas.at(-1)?.settings);
  const labels = labelsOf(plan.columns);
  const rows: Record<string, unknown>[] = [];
  const input = { formId: plan.form.id, condition: plan.condition, descending: plan.descending, after: null, pageRows: ROWS };
  for await (const page of readSnapshot(ctx, {
    ...input,
    marks: parsePosition(position.replaceAll(":?", `:${Number.MAX_SAFE_INTEGER}`)),
  })) {
    const files = await filesOf(ctx, plan, page.rows.slice(0, ROWS));
    for (const row of page.rows) {
      if (rows.length === ROWS) break;
      const cells = withFiles(plan.columns, plan.cellsOf(row), files);
      rows.push(Object.fromEntries(plan.columns.map(({ key }, i) => [key, jsonOf(cells[i] ?? null, plan.timezone)])));
    }
    if (rows.length === ROWS) break;
  }
  return { columns: plan.columns.map(({ key, type }, i) => ({ name: key, label: labels[i] ?? key, type })), rows };
}
