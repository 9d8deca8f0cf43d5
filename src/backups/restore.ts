// Puts a back-up into an empty workspace, part by part. Every step can be done twice, so it goes on wherever it was cut off; and at
// the end each form is counted again from what arrived and compared with what its ledger says.
import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { restoreForm } from "../forms";
import { type JobControl, JobFailedError, type JobOutcome } from "../jobs";
import {
  type CarriedEnd,
  type CarriedLine,
  carryIn,
  carryInDuplicates,
  carryInEnd,
  eraseResponse,
  listEntries,
  rebuildForm,
  verifyForm,
} from "../responses";
import { asSystem, type WorkspaceContext } from "../shared/context";
import { NotFoundError } from "../shared/errors";
import { tables } from "../store";
import { ENTRIES, folderOf, type Manifest, type Part, ROWS, readManifest, readPart, UPLOADS } from "./archive";
import { keepIds, type Rename, renameIds } from "./identity";
import { compareFiles, restoreFiles, withFilesRenamed } from "./restore-files";
import { restoreRows } from "./restore-rows";
import { CARRIED, nameOf } from "./tables";
import { FILES_PER_RUN } from "./write-backup";

const { forms } = tables;
const ENTRIES_PER_READ = 1_000;

const RestoreProgress = z.object({
  /** Whether the forms of the back-up still stand, so that these must be others. */
  renamed: z.boolean(),
  step: z.number().int(),
  responses: z.number().int(),
  drift: z.number().int(),
  files: z.number().int().default(0),
  file_bytes: z.number().int().default(0),
});
type RestoreProgress = z.infer<typeof RestoreProgress>;

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

interface Source {
  workspaceId: string;
  backupId: string;
  restoreId: string;
}

type Step =
  | { rows: Part }
  | { files: Part }
  | { entries: Part; form: string; shard: number; hasFiles: boolean }
  | { compare: Part }
  | { check: Manifest["forms"][number] }
  | { open: Part };

export async function restoreInto(ctx: WorkspaceContext, source: Source, control: JobControl): Promise<JobOutcome<RestoreResult>> {
  const folder = folderOf(source.workspaceId, source.backupId);
  const manifest = await readManifest(ctx.env.FILES, folder);
  if (manifest === null) throw new JobFailedError("The back-up is not complete or was deleted.");
  let at = control.saved === null ? await begin(ctx, manifest, source) : RestoreProgress.parse(control.saved);
  await control.checkpoint(at);
  const rename = at.renamed ? renameIds(source.restoreId) : keepIds;
  const steps = stepsOf(manifest);
  const filesBefore = at.files;
  while (at.step < steps.length) {
    const step = steps[at.step];
    if (step !== undefined) at = { ...(await take(ctx, source, step, rename, at, control)), step: at.step + 1 };
    await control.checkpoint(at);
    await control.progress(at.step / steps.length, at.responses + at.files);
    if (control.isTimeUp() || at.files - filesBefore >= FILES_PER_RUN) return { kind: "more" };
  }
  if (at.drift > 0) throw new JobFailedError(`The restored workspace differs from the back-up in ${at.drift} places.`);
  const { responses, files, file_bytes, drift, renamed } = at;
  return { kind: "done", result: { forms: manifest.forms.length, responses, files, file_bytes, drift, same_ids: !renamed } };
}

async function begin(ctx: WorkspaceContext, manifest: Manifest, { restoreId }: Source): Promise<RestoreProgress> {
  refuseIncomplete(manifest);
  const ids = manifest.forms.map(({ id }) => id);
  const start = { step: 0, responses: 0, drift: 0, files: 0, file_bytes: 0 };
  const here = await ctx.db.$count(forms, eq(forms.workspaceId, ctx.workspaceId));
  if (here === 0) return { ...start, renamed: (await standing(ctx, ids, sql`true`)) > 0 };
  // Tried again from its start, after it had failed for good: what it brought is this very restore's, and every step can be done twice.
  for (const renamed of [true, false]) {
    const rename = renamed ? renameIds(restoreId) : keepIds;
    if ((await standing(ctx, ids.map(rename), eq(forms.workspaceId, ctx.workspaceId))) === here) return { ...start, renamed };
  }
  throw new JobFailedError("The workspace has forms already; a back-up is restored into an empty one.");
}

async function standing(ctx: WorkspaceContext, ids: readonly string[], where: SQL): Promise<number> {
  let found = 0;
  for (let i = 0; i < ids.length; i += 50) found += await ctx.db.$count(forms, and(inArray(forms.id, ids.slice(i, i + 50)), where));
  return found;
}

/** A list of files that was left out of the manifest would be missed by nobody else. */
function refuseIncomplete({ forms: restored, parts }: Manifest): void {
  const of = (form: string) => parts.filter(({ name }) => name.startsWith(`${UPLOADS}${form}/`));
  const short = restored.some(({ id, uploads }) => of(id).reduce((sum, { lines }) => sum + lines, 0) !== (uploads?.rows ?? 0));
  if (short) throw new JobFailedError("The manifest of the back-up does not name all of its files.");
}

/**
 * Tables first; then files, so that answers can name them and an erasure finds them; then chains, then files compared and each form counted
 * and compared; what acts on forms, and their doors, last.
 */
function stepsOf({ parts, forms: restored }: Manifest): Step[] {
  const tableOf = (part: Part) =>
    CARRIED.find((carried) => part.name.startsWith(ROWS) && part.name.slice(10).startsWith(`${nameOf(carried)}-`));
  const rows = (when: "before" | "after") => parts.filter((part) => tableOf(part)?.when === when).map((part): Step => ({ rows: part }));
  const uploads = parts.filter(({ name }) => name.startsWith(UPLOADS));
  const withFiles = new Set(uploads.map(({ name }) => name.split("/")[1]));
  const entries = parts.flatMap((part): Step[] => {
    const [kind, form, shard] = part.name.split("/");
    const isEntries = `${kind}/` === ENTRIES && form !== undefined;
    return isEntries ? [{ entries: part, form, shard: Number(shard), hasFiles: withFiles.has(form) }] : [];
  });
  const opened = parts.filter((part) => part.name.startsWith(`${ROWS}00-forms-`)).map((part): Step => ({ open: part }));
  return [
    ...rows("before"),
    ...uploads.map((part): Step => ({ files: part })),
    ...entries,
    ...uploads.map((part): Step => ({ compare: part })),
    ...restored.map((form): Step => ({ check: form })),
    ...rows("after"),
    ...opened,
  ];
}

async function take(
  ctx: WorkspaceContext,
  source: Source,
  step: Step,
  rename: Rename,
  at: RestoreProgress,
  control: JobControl,
): Promise<RestoreProgress> {
  const { FILES } = ctx.env;
  const folder = folderOf(source.workspaceId, source.backupId);
  if ("rows" in step) {
    await restoreRows(ctx, await readPart(FILES, folder, step.rows), rename);
    return at;
  }
  if ("files" in step) {
    const { files, bytes } = await restoreFiles(ctx, folder, step.files, rename, control);
    return { ...at, files: at.files + files, file_bytes: at.file_bytes + bytes };
  }
  if ("compare" in step) {
    const drift = await compareFiles(ctx, folder, step.compare, rename);
    if (drift.length > 0) ctx.log.error("restored files differ from their back-up", { part: step.compare.name, drift: drift.slice(0, 5) });
    return { ...at, drift: at.drift + drift.length };
  }
  if ("entries" in step) {
    const formId = rename(step.form);
    await refuseForeign(ctx, formId);
    const lines = await readPart(FILES, folder, step.entries);
    if (step.entries.name.endsWith("/end.jsonl.gz")) {
      const [{ end }] = lines as [{ end: CarriedEnd }];
      await carryInEnd(ctx, formId, step.shard, end);
      return at;
    }
    const renamed = (lines as CarriedLine[]).map((line) => renamedLine(line, rename));
    const carried = at.renamed && step.hasFiles ? await withFilesRenamed(ctx, formId, renamed, rename) : renamed;
    await carryIn(ctx, formId, step.shard, carried);
    await carryInDuplicates(ctx, formId, step.shard, carried);
    return { ...at, responses: at.responses + carried.filter(({ entry }) => entry.kind === "accept").length };
  }
  if ("check" in step) {
    const formId = rename(step.check.id);
    await eraseAgain(ctx, source, step.check, rename);
    await rebuildForm(ctx, formId);
    const { drift } = await verifyForm(ctx, formId);
    if (drift.length > 0) ctx.log.error("a restored form differs from its back-up", { form_id: formId, drift: drift.slice(0, 5) });
    return { ...at, drift: at.drift + drift.length };
  }
  for (const line of await readPart(FILES, folder, step.open)) {
    const { row } = line as { row: { id: string; status: string } };
    if (row.status === "archived") continue;
    const id = rename(row.id);
    const [form] = await ctx.db
      .select({ status: forms.status })
      .from(forms)
      .where(and(eq(forms.id, id), eq(forms.workspaceId, ctx.workspaceId)));
    if (form?.status === "archived") await restoreForm(ctx, id);
  }
  return at;
}

/** A back-up that was tampered with may name the chain of a form that stands in another workspace. */
async function refuseForeign(ctx: WorkspaceContext, formId: string): Promise<void> {
  const own = await ctx.db.$count(forms, and(eq(forms.id, formId), eq(forms.workspaceId, ctx.workspaceId)));
  if (own === 0) throw new JobFailedError(`The back-up has entries of a form that is not in it: ${formId}.`);
}

/** Who has been forgotten since the back-up was made is not brought back by it. */
async function eraseAgain(ctx: WorkspaceContext, source: Source, form: Manifest["forms"][number], rename: Rename): Promise<void> {
  if (source.workspaceId === ctx.workspaceId && rename(form.id) === form.id) return;
  const there = asSystem(ctx, source.workspaceId);
  for (const [shard, { settled }] of form.ledgers.entries()) {
    for (let after = settled; ; ) {
      const since = await listEntries(there, { formId: form.id, shard, after, limit: ENTRIES_PER_READ }).catch(nothingThere);
      for (const { kind, responseId } of since.value.entries)
        if (kind === "erase") await eraseResponse(ctx, rename(form.id), rename(responseId));
      after = since.value.entries.at(-1)?.seq ?? after;
      if (!since.value.more) break;
    }
  }
}

function nothingThere(error: unknown): { value: { entries: []; more: false } } {
  if (error instanceof NotFoundError) return { value: { entries: [], more: false } };
  throw error;
}

function renamedLine({ entry, row }: CarriedLine, rename: Rename): CarriedLine {
  const own = { ...entry, responseId: rename(entry.responseId) };
  return row === undefined ? { entry: own } : { entry: own, row: { ...row, id: rename(row.id) } };
}
