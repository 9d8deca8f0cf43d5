// Writes a back-up, a part at a time, so that it can be cut off anywhere and go on from its last part. Each form is taken at one
// position of its ledgers while it goes on accepting; the files of its responses follow.
import { and, asc, eq, gt } from "drizzle-orm";
import type { JobControl, JobOutcome } from "../jobs";
import { type CarriedEnd, carryOut, carryOutEnd, ledgersToCarry } from "../responses";
import type { WorkspaceContext } from "../shared/context";
import { openPrimaryStore, tables } from "../store";
import { hasUploads } from "../uploads";
import { ENTRIES, folderOf, ROWS, writePart } from "./archive";
import { type BackupResult, finish } from "./finish";
import { begin, FILES_PER_RUN, type Progress, shareOf, totalOf } from "./progress";
import { CARRIED, columnsOf, nameOf, type Row } from "./tables";
import { writeFiles } from "./write-files";

const { forms } = tables;

const ROWS_PER_PART = 500;
const ENTRIES_PER_READ = 500;
const ENTRIES_PER_PART = 2_000;
const MAX_PART_CHARS = 8_000_000;

export async function writeBackup(ctx: WorkspaceContext, backupId: string, control: JobControl): Promise<JobOutcome<BackupResult>> {
  const folder = folderOf(ctx.workspaceId, backupId);
  let at = await begin(ctx, folder, control.saved);
  const { looked } = at;
  const total = await totalOf(ctx);
  for (;;) {
    const next = await step(ctx, folder, at, control);
    if (next === null) break;
    at = next;
    await control.checkpoint(at);
    await control.progress(shareOf(at, total), at.responses + at.files);
    if (control.isTimeUp() || at.looked - looked >= FILES_PER_RUN) return { kind: "more" };
  }
  return { kind: "done", result: await finish(ctx, folder, backupId, at) };
}

function step(ctx: WorkspaceContext, folder: string, at: Progress, control: JobControl): Promise<Progress | null> {
  if (at.table < CARRIED.length) return writeRows(ctx, folder, at);
  return at.form?.files == null ? writeEntries(ctx, folder, at) : writeFilesOf(ctx, folder, at, at.form.files, control);
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
  const counted = { files: at.files + written.files, fileBytes: at.fileBytes + written.bytes, looked: at.looked + written.looked };
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
