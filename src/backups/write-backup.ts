// Writes a back-up, a part at a time, so that it can be cut off anywhere and go on from its last part. Each form is taken at one
// position of its ledgers while it goes on accepting; the files of its responses follow.
import { and, asc, eq, gt } from "drizzle-orm";
import { z } from "zod";
import type { JobControl, JobOutcome } from "../jobs";
import { type CarriedEnd, carryOut, carryOutEnd, ledgersToCarry } from "../responses";
import type { WorkspaceContext } from "../shared/context";
import { openPrimaryStore, tables } from "../store";
import { hasUploads } from "../uploads";
import {
  ENTRIES,
  FORMAT,
  folderOf,
  listParts,
  type Manifest,
  type Part,
  ROWS,
  readPart,
  removeAll,
  UPLOADS,
  writeManifest,
  writePart,
} from "./archive";
import { CARRIED, columnsOf, nameOf, type Row } from "./tables";
import { writeFiles } from "./write-files";

const { forms, uploadUsage, workspaces } = tables;

const ROWS_PER_PART = 500;
const ENTRIES_PER_READ = 500;
const ENTRIES_PER_PART = 2_000;
const MAX_PART_CHARS = 8_000_000;
/** Then another run goes on: calls of one invocation are counted, and a file takes three. */
export const FILES_PER_RUN = 250;

export const Progress = z.object({
  format: z.literal(FORMAT),
  table: z.number().int(),
  after: z.array(z.union([z.string(), z.number()])),
  part: z.number().int(),
  form: z
    .object({
      id: z.string(),
      ledgers: z.number().int(),
      shard: z.number().int(),
      seq: z.number().int(),
      steady: z.number().int(),
      /** Once its chains are written. */
      files: z.object({ done: z.string(), at: z.number().int() }).nullable(),
    })
    .nullable(),
  lastForm: z.string(),
  responses: z.number().int(),
  formsDone: z.number().int(),
  files: z.number().int(),
  fileBytes: z.number().int(),
});
export type Progress = z.infer<typeof Progress>;

const START: Progress = {
  format: FORMAT,
  table: 0,
  after: [],
  part: 0,
  form: null,
  lastForm: "",
  responses: 0,
  formsDone: 0,
  files: 0,
  fileBytes: 0,
};

export interface BackupResult {
  forms: number;
  responses: number;
  files: number;
  bytes: number;
}

export async function writeBackup(ctx: WorkspaceContext, backupId: string, control: JobControl): Promise<JobOutcome<BackupResult>> {
  const folder = folderOf(ctx.workspaceId, backupId);
  let at = await begin(ctx, folder, control.saved);
  const filesBefore = at.files;
  const total = await totalOf(ctx);
  for (;;) {
    const next = await step(ctx, folder, at, control);
    if (next === null) break;
    at = next;
    await control.checkpoint(at);
    await control.progress(shareOf(at, total), at.responses + at.files);
    if (control.isTimeUp() || at.files - filesBefore >= FILES_PER_RUN) return { kind: "more" };
  }
  return { kind: "done", result: await finish(ctx, folder, backupId, at) };
}

/** What an older version began has no files of the forms that it had done, so it is begun again. */
async function begin(ctx: WorkspaceContext, folder: string, saved: unknown): Promise<Progress> {
  if (saved === null) return START;
  const at = Progress.safeParse(saved);
  if (at.success) return at.data;
  await removeAll(ctx.env.FILES, folder);
  return START;
}

function step(ctx: WorkspaceContext, folder: string, at: Progress, control: JobControl): Promise<Progress | null> {
  if (at.table < CARRIED.length) return writeRows(ctx, folder, at);
  return at.form?.files == null ? writeEntries(ctx, folder, at) : writeFilesOf(ctx, folder, at, at.form.files, control);
}

interface Total {
  forms: number;
  bytes: number;
}

async function totalOf(ctx: WorkspaceContext): Promise<Total> {
  const [usage] = await ctx.db.select({ bytes: uploadUsage.bytes }).from(uploadUsage).where(eq(uploadUsage.workspaceId, ctx.workspaceId));
  return { forms: await ctx.db.$count(forms, eq(forms.workspaceId, ctx.workspaceId)), bytes: usage?.bytes ?? 0 };
}

/** Forms and the bytes of files each are half of the way, where there are both. */
function shareOf({ formsDone, fileBytes }: Progress, total: Total): number {
  const ofForms = total.forms === 0 ? 1 : formsDone / total.forms;
  return Math.min(0.99, total.bytes === 0 ? ofForms : (ofForms + Math.min(1, fileBytes / total.bytes)) / 2);
}

async function writeRows(ctx: WorkspaceContext, folder: string, at: Progress): Promise<Progress> {
  const carried = CARRIED[at.table];
  if (carried === undefined) throw new Error("There is no such table.");
  const name = nameOf(carried);
  const { key } = carried;
  const after = at.after.length === 0 ? "" : `AND (${key.join(", ")}) > (${key.map((_, i) => `?${i + 2}`).join(", ")})`;
  const sql = `SELECT ${columnsOf(carried).join(", ")} FROM ${name} WHERE workspace_id = ?1 ${after} ORDER BY ${key.join(", ")} LIMIT ${ROWS_PER_PART}`;
  const { results } = await ctx.env.DB.prepare(sql)
    .bind(ctx.workspaceId, ...at.after)
    .all<Row>();
  if (results.length > 0) {
    const part = `${ROWS}${String(at.table).padStart(2, "0")}-${name}-${String(at.part).padStart(6, "0")}.jsonl.gz`;
    const lines: unknown[] = [];
    for (const row of results) lines.push({ table: name, row, ...(await fileOf(ctx, row[carried.file ?? ""])) });
    await writePart(ctx.env.FILES, folder, part, lines);
  }
  if (results.length < ROWS_PER_PART) return { ...at, table: at.table + 1, after: [], part: 0 };
  const last = results.at(-1) ?? {};
  return { ...at, after: key.map((column) => last[column] ?? ""), part: at.part + 1 };
}

/** A file of settings, such as an uploaded template: small by its own limit. */
async function fileOf(ctx: WorkspaceContext, key: Row[string] | undefined): Promise<{ file?: string }> {
  const object = typeof key === "string" ? await ctx.env.FILES.get(key) : null;
  return object === null ? {} : { file: new Uint8Array(await object.arrayBuffer()).toBase64() };
}

async function writeEntries(ctx: WorkspaceContext, folder: string, at: Progress): Promise<Progress | null> {
  const form = at.form ?? (await nextForm(ctx, at.lastForm));
  if (form === null) return null;
  const place = { formId: form.id, shard: form.shard, steadyUpTo: form.steady, limit: ENTRIES_PER_READ };
  const lines: unknown[] = [];
  let chars = 0;
  let { seq } = form;
  let accepted = 0;
  let end: CarriedEnd | null = null;
  while (lines.length < ENTRIES_PER_PART && chars < MAX_PART_CHARS && end === null) {
    let page = await carryOut(ctx, { ...place, after: seq });
    if (page.length === 0) ({ lines: page, end } = await carryOutEnd(ctx, { ...place, after: seq }));
    for (const line of page) {
      chars += JSON.stringify(line).length;
      seq = line.entry.seq;
      if (line.entry.kind === "accept") accepted += 1;
      lines.push(line);
    }
  }
  const shard = String(form.shard).padStart(2, "0");
  const from = String(form.seq + 1).padStart(12, "0");
  if (lines.length > 0) await writePart(ctx.env.FILES, folder, `${ENTRIES}${form.id}/${shard}/${from}.jsonl.gz`, lines);
  const responses = at.responses + accepted;
  if (end === null) return { ...at, form: { ...form, seq }, responses };
  await writePart(ctx.env.FILES, folder, `${ENTRIES}${form.id}/${shard}/end.jsonl.gz`, [{ form: form.id, shard: form.shard, end }]);
  if (form.shard + 1 < form.ledgers) {
    const steady = await settledNow(ctx, form.id);
    return { ...at, form: { ...form, shard: form.shard + 1, seq: 0, steady: steady[form.shard + 1] ?? 0 }, responses };
  }
  if (await hasUploads(ctx, form.id)) return { ...at, form: { ...form, files: { done: "", at: 0 } }, responses };
  return { ...at, form: null, lastForm: form.id, responses, formsDone: at.formsDone + 1 };
}

async function writeFilesOf(
  ctx: WorkspaceContext,
  folder: string,
  at: Progress,
  from: { done: string; at: number },
  control: JobControl,
): Promise<Progress> {
  const { form } = at;
  if (form === null) throw new Error("Files are a form's.");
  const written = await writeFiles(ctx, folder, form.id, from, control);
  const counted = { files: at.files + written.files, fileBytes: at.fileBytes + written.bytes };
  if (written.next !== null) return { ...at, ...counted, form: { ...form, files: written.next } };
  return { ...at, ...counted, form: null, lastForm: form.id, formsDone: at.formsDone + 1 };
}

async function nextForm(ctx: WorkspaceContext, after: string): Promise<Progress["form"]> {
  const [form] = await ctx.db
    .select({ id: forms.id })
    .from(forms)
    .where(and(eq(forms.workspaceId, ctx.workspaceId), gt(forms.id, after)))
    .orderBy(asc(forms.id))
    .limit(1);
  if (form === undefined) return null;
  const ledgers = await ledgersToCarry(ctx, form.id);
  const steady = await settledNow(ctx, form.id);
  return { id: form.id, ledgers, shard: 0, seq: 0, steady: steady[0] ?? 0, files: null };
}

async function settledNow(ctx: WorkspaceContext, formId: string): Promise<number[]> {
  const at: number[] = [];
  for (const { shard, seq } of await openPrimaryStore(ctx.env).marks(formId)) at[shard] = seq;
  return at;
}

async function finish(ctx: WorkspaceContext, folder: string, backupId: string, at: Progress): Promise<BackupResult> {
  const parts = await listParts(ctx.env.FILES, folder, [ROWS, ENTRIES, UPLOADS]);
  const [workspace] = await ctx.db.select({ name: workspaces.name }).from(workspaces).where(eq(workspaces.id, ctx.workspaceId));
  const manifest: Manifest = {
    format: FORMAT,
    backup_id: backupId,
    workspace: { id: ctx.workspaceId, name: workspace?.name ?? "" },
    created_at: new Date(ctx.now()).toISOString(),
    responses: at.responses,
    forms: [],
    tables: {},
    parts,
  };
  for (const part of parts) {
    if (part.name.startsWith(ROWS)) {
      const name = part.name.slice(`${ROWS}00-`.length, -"-000000.jsonl.gz".length);
      manifest.tables[name] = (manifest.tables[name] ?? 0) + part.lines;
    } else if (part.name.endsWith("/end.jsonl.gz")) {
      const [line] = (await readPart(ctx.env.FILES, folder, part)) as [{ form: string; end: CarriedEnd }];
      const ledger = { settled: line.end.settled, hash: line.end.hash };
      const known = manifest.forms.find(({ id }) => id === line.form);
      if (known === undefined) manifest.forms.push({ id: line.form, ledgers: [ledger] });
      else known.ledgers.push(ledger);
    }
  }
  for (const form of manifest.forms) {
    const own = parts.filter(({ name }) => name.startsWith(`${UPLOADS}${form.id}/`));
    const sum = (of: (part: Part) => number) => own.reduce((total, part) => total + of(part), 0);
    form.uploads = { rows: sum(({ lines }) => lines), bytes: sum((part) => part.file_bytes ?? 0) };
  }
  await writeManifest(ctx.env.FILES, folder, manifest);
  const bytes = parts.reduce((sum, part) => sum + part.bytes + (part.file_bytes ?? 0), 0);
  return { forms: manifest.forms.length, responses: at.responses, files: at.files, bytes };
}
