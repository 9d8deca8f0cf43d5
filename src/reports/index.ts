export { cancelExport } from "./exports/cancel";
export { type CreateOptions, createExport } from "./exports/create";
export { deleteExpiredFiles } from "./exports/expire";
export { EXPORT, EXPORT_BATCH, REPORT, REPORT_BATCH } from "./exports/kind";
export { type OpenedFile, openExportFile } from "./exports/open-file";
export { type Preview, previewExport } from "./exports/preview";
export { type ExportStatus, type ExportView, listExports, loadExport, readExport } from "./exports/read";
export {
  BatchRequest,
  CalculatedFieldInput,
  EXPORT_FORMATS,
  type ExportFormatName,
  ExportOptions,
  ExportRequest,
  TableRequest,
} from "./exports/request";
export * from "./schedules";
