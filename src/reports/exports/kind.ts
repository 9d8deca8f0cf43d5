// Exports as kinds of job: one for each queue, the same in everything else.
import { z } from "zod";
import type { JobKind } from "../../jobs";
import { announceExport } from "./announce";
import { cleanUpExport, runExport } from "./run";

const Input = z.object({ export_id: z.string().max(64) });
export type ExportInput = z.infer<typeof Input>;

export interface ExportResult {
  export_id: string;
  rows: number;
  size: number;
}

const exportKind = (kind: string, queue: "exports" | "reports"): JobKind<ExportInput, ExportResult> => ({
  kind,
  queue,
  input: Input,
  maxAttempts: 5,
  // Well within the thirty seconds of CPU that a Worker has unless it is configured to have more.
  sliceMs: 20_000,
  // A text goes on from its last checkpoint; anything else removes what it finds and begins anew.
  resumes: true,
  run: runExport,
  cleanUp: cleanUpExport,
  afterDone: (ctx, input) => announceExport(ctx, input.export_id),
});

export const EXPORT = exportKind("export", "exports");
/** Whatever needs a browser: few run at once, and data should not wait behind them. */
export const REPORT = exportKind("report", "reports");

/** Many files at once: their own kinds, so that the monitor tells them apart, and behind what somebody watches. */
export const EXPORT_BATCH = exportKind("export_batch", "exports");
export const REPORT_BATCH = exportKind("report_batch", "reports");

export function kindOfExport(queue: "exports" | "reports", isBatch: boolean): JobKind<ExportInput, ExportResult> {
  if (isBatch) return queue === "exports" ? EXPORT_BATCH : REPORT_BATCH;
  return queue === "exports" ? EXPORT : REPORT;
}
