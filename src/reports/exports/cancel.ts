import { cancelJob } from "../../jobs";
import { assertCan, type ServiceContext } from "../../shared/context";
import { type ExportView, loadExport, readExport } from "./read";

export async function cancelExport(ctx: ServiceContext, id: string): Promise<ExportView> {
  assertCan(ctx, "read");
  const { jobId } = await loadExport(ctx, id);
  await cancelJob(ctx, jobId);
  return readExport(ctx, id);
}
