export { checkUploaded, uploadTemplate } from "./docx-template/upload";
export { cancelExport } from "./exports/cancel";
export { type CreateOptions, createExport } from "./exports/create";
export { deleteExpiredFiles } from "./exports/expire";
export { forgetExportsOf } from "./exports/forget";
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
export * from "./import";
export * from "./schedules";
export { createTemplate, deleteTemplate, type NewTemplate, type TemplateChange, updateTemplate } from "./templates/change";
export { type PreviewInput, previewTemplate } from "./templates/preview";
export { getTemplate, listTemplates, type ReportTemplate } from "./templates/rows";
export { BaseTemplate, TemplateSettings } from "./templates/settings";
