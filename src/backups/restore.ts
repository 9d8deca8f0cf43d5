// Puts a back-up into an empty workspace, part by part. Every step can be done twice, so it goes on wherever it was cut off; and at
// the end each form is counted again from what arrived and compared with what its ledger says.
import { type JobControl, JobFailedError, type JobOutcome } from "../jobs";
import type { WorkspaceContext } from "../shared/context";
import { folderOf, readManifest } from "./archive";
import { keepIds, renameIds } from "./identity";
import { FILES_PER_RUN } from "./progress";
import { begin, RestoreProgress, type Source, stepsOf } from "./restore-plan";
import { take } from "./restore-step";

export interface RestoreResult {
  forms: number;
  responses: number;
  files: number;
  file_bytes: number;
  /** Differences found when everything was counted again; 0 is what it should be. */
  drift: number;
  /** False: the forms have other ids than in the back-up, because those still stand. */
  same_ids: boolean;
}

export async function restoreInto(ctx: WorkspaceContext, source: Source, control: JobControl): Promise<JobOutcome<RestoreResult>> {
  const folder = folderOf(source.workspaceId, source.backupId);
  const manifest = await readManifest(ctx.env.FILES, folder);
  if (manifest === null) throw new JobFailedError("The back-up is not complete or was deleted.");
  let at = control.saved === null ? await begin(ctx, manifest, source) : RestoreProgress.parse(control.saved);
  await control.checkpoint(at);
  const rename = at.renamed ? renameIds(source.restoreId) : keepIds;
  const steps = stepsOf(manifest);
  const { looked } = at;
  while (at.step < steps.length) {
    const step = steps[at.step];
    if (step !== undefined) at = { ...(await take(ctx, source, step, rename, at, control)), step: at.step + 1 };
    await control.checkpoint(at);
    await control.progress(at.step / steps.length, at.responses + at.files);
    if (control.isTimeUp() || at.looked - looked >= FILES_PER_RUN) return { kind: "more" };
  }
  if (at.drift > 0) throw new JobFailedError(`The restored workspace differs from the back-up in ${at.drift} places.`);
  const { responses, files, file_bytes, drift, renamed } = at;
  return { kind: "done", result: { forms: manifest.forms.length, responses, files, file_bytes, drift, same_ids: !renamed } };
}
