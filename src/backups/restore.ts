// Puts a back-up into an empty workspace, part by part. Every step can be done twice, so it goes on wherever it was cut off; and at
// the end each form is counted again from what arrived and compared with what its ledger says.
import { and, eq, inArray } from "drizzle-orm";
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
import { folderOf, type Manifest, type Part, readManifest, readPart } from "./archive";
import { keepIds, type Rename, renameIds } from "./identity";
import { restoreRows } from "./restore-rows";
import { CARRIED, nameOf } from "./tables";

const { forms } = tables;
const ENTRIES_PER_READ = 1_000;

const RestoreProgress = z.object({
  /** Whether the forms of the back-up still stand, so that these must be others. */
  renamed: z.boolean(),
  step: z.number().int(),
  responses: z.number().int(),
  drift: z.number().int(),
});
type RestoreProgress = z.infer<typeof RestoreProgress>;

export interface RestoreResult {
  forms: number;
  responses: number;
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

type Step = { rows: Part } | { entries: Part; form: string; shard: number } | { check: Manifest["forms"][number] } | { open: Part };

export async function restoreInto(ctx: WorkspaceContext, source: Source, control: JobControl): Promise<JobOutcome<RestoreResult>> {
  const folder = folderOf(source.workspaceId, source.backupId);
  const manifest = await readManifest(ctx.env.FILES, folder);
  if (manifest === null) throw new JobFailedError("The back-up is not complete or was deleted.");
  let at = control.saved === null ? await begin(ctx, manifest) : RestoreProgress.parse(control.saved);
  await control.checkpoint(at);
  const rename = at.renamed ? renameIds(source.restoreId) : keepIds;
  const steps = stepsOf(manifest);
  while (at.step < steps.length) {
    const step = steps[at.step];
    if (step !== undefined) at = { ...(await take(ctx, source, step, rename, at)), step: at.step + 1 };
    await control.checkpoint(at);
    await control.progress(at.step / steps.length, at.responses);
    if (control.isTimeUp()) return { kind: "more" };
  }
  if (at.drift > 0) throw new JobFailedError(`The restored workspace differs from the back-up in ${at.drift} places.`);
  return { kind: "done", result: { forms: manifest.forms.length, responses: at.responses, drift: at.drift, same_ids: !at.renamed } };
}

async function begin(ctx: WorkspaceContext, manifest: Manifest): Promise<RestoreProgress> {
  if ((await ctx.db.$count(forms, eq(forms.workspaceId, ctx.workspaceId))) > 0) {
    throw new JobFailedError("The workspace has forms already; a back-up is restored into an empty one.");
  }
  const ids = manifest.forms.map(({ id }) => id);
  let standing = 0;
  for (let i = 0; i < ids.length; i += 50) standing += await ctx.db.$count(forms, inArray(forms.id, ids.slice(i, i + 50)));
  return { renamed: standing > 0, step: 0, responses: 0, drift: 0 };
}

/** Tables first, then chains, then each form counted and compared; what acts on forms, and their doors, last. */
function stepsOf({ parts, forms: restored }: Manifest): Step[] {
  const tableOf = (part: Part) =>
    CARRIED.find((carried) => part.name.startsWith("1-rows/") && part.name.slice(10).startsWith(`${nameOf(carried)}-`));
  const rows = (when: "before" | "after") => parts.filter((part) => tableOf(part)?.when === when).map((part): Step => ({ rows: part }));
  const entries = parts.flatMap((part): Step[] => {
    const [kind, form, shard] = part.name.split("/");
    return kind === "2-entries" && form !== undefined ? [{ entries: part, form, shard: Number(shard) }] : [];
  });
  const opened = parts.filter((part) => part.name.startsWith("1-rows/00-forms-")).map((part): Step => ({ open: part }));
  return [...rows("before"), ...entries, ...restored.map((form): Step => ({ check: form })), ...rows("after"), ...opened];
}

async function take(ctx: WorkspaceContext, source: Source, step: Step, rename: Rename, at: RestoreProgress): Promise<RestoreProgress> {
  const { FILES } = ctx.env;
  const folder = folderOf(source.workspaceId, source.backupId);
  if ("rows" in step) {
    await restoreRows(ctx, await readPart(FILES, folder, step.rows), rename);
    return at;
  }
  if ("entries" in step) {
    const formId = rename(step.form);
    const lines = await readPart(FILES, folder, step.entries);
    if (step.entries.name.endsWith("/end.jsonl.gz")) {
      const [{ end }] = lines as [{ end: CarriedEnd }];
      await carryInEnd(ctx, formId, step.shard, end);
      return at;
    }
    const carried = (lines as CarriedLine[]).map((line) => renamedLine(line, rename));
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
