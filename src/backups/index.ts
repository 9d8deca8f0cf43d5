export { downloadBackup } from "./download";
export { BACKUP, RESTORE } from "./kinds";
export { type Backup, deleteBackup, getBackup, listBackups, restoreBackup, startBackup } from "./manage";
