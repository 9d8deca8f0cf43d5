// Every kind of job there is. src/jobs knows none of them, because it may not import the domains that declare them.
import { BACKUP, RESTORE } from "../src/backups";
import type { AnyJobKind } from "../src/jobs";
import { ERASE_PERSON, EXPORT_PERSON, RETAIN } from "../src/privacy";
import { EXPORT, EXPORT_BATCH, IMPORT, REPORT, REPORT_BATCH, SCHEDULED_REPORT } from "../src/reports";

export const JOB_KINDS: readonly AnyJobKind[] = [
  BACKUP,
  RESTORE,
  ERASE_PERSON,
  EXPORT_PERSON,
  RETAIN,
  EXPORT,
  REPORT,
  EXPORT_BATCH,
  REPORT_BATCH,
  EXPORT_BATCH,
  REPORT_BATCH,
  SCHEDULED_REPORT,
  IMPORT,
];
