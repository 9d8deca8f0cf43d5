// One step of a restore. Each can be taken twice.
import { and, eq } from "drizzle-orm";
import { restoreForm } from "../forms";
import { type JobControl, JobFailedError } from "../jobs";
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
import { folderOf, type Manifest, readPart } from "./archive";
import type { Rename } from "./identity";
import { compareFiles, restoreFiles, withFilesRenamed } from "./restore-files";
import type { RestoreProgress, Source, Step } from "./restore-plan";
import { restoreRows } from "./restore-rows";

const { forms } = tables;
const ENTRIES_PER_READ = 1_000;

export async function take(
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
    return { ...at, files: at.files + files, file_bytes: at.file_bytes + bytes, looked: at.looked + step.files.lines };
  }
  if ("compare" in step) {
    const drift = await compareFiles(ctx, folder, step.compare, rename);
    if (drift.length > 0) ctx.log.error("restored files differ from their back-up", { part: step.compare.name, drift: drift.slice(0, 5) });
    return { ...at, drift: at.drift + drift.length, looked: at.looked + step.compare.lines };
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
