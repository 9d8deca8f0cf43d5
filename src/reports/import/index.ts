export { IMPORT } from "./job";
export { getImport, type Import, type ImportError, listImportErrors, listImports } from "./read";
export { cancelImport, checkImport, ImportOptions, startImport } from "./start";
export { forgetImportFiles, uploadImport } from "./upload";
