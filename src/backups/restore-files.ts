// Files of a back-up, put into another workspace: bytes checked against their hash on the way, rows only of forms that were just
// restored there, places in the bucket never taken from what the back-up says. And afterwards compared, one by one, with the list.
import { and, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { type JobControl, JobFailedError } from "../jobs";
import { type CarriedLine, withOtherAnswers } from "../responses";
import type { WorkspaceContext } from "../shared/context";
import { inParallel } from "../shared/in-parallel";
import { openPrimaryStore, tables } from "../store";
import { CarriedUpload, carriedUploads, expectUploads, renameUploads, settleUploads, uploadsNamedIn } from "../uploads";
import { type Part, readPart } from "./archive";
import { copyFile } from "./copy-file";
import type { Rename } from "./identity";
import { COPIES_AT_ONCE, fileName, type UploadLine } from "./write-files";

const { forms } = tables;
const NAMES_AT_ONCE = 1_000;

const Line: z.ZodType<UploadLine> = z.object({
  row: CarriedUpload,
  file: z.object({ bytes: z.number().int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }).nullable(),
});

interface Arriving extends UploadLine {
  /** In the folder of the back-up. */
  from: string;
}

/** With its new ids. */
async function arriving(ctx: WorkspaceContext, folder: string, part: Part, rename: Rename): Promise<Map<string, Arriving[]>> {
  const byForm = new Map<string, Arriving[]>();
  for (const line of await readPart(ctx.env.FILES, folder, part)) {
    const read = Line.safeParse(line);
    if (!read.success) throw new JobFailedError(`The part ${part.name} of the back-up lists something that is no file of a response.`);
    const { row, file } = read.data;
    const own = { ...row, id: rename(row.id), form_id: rename(row.form_id), response_id: rename(row.response_id) };
    byForm.set(own.form_id, [...(byForm.get(own.form_id) ?? []), { row: own, file, from: folder + fileName(row) }]);
  }
  const ids = [...byForm.keys()];
  const known = ids.length === 0 ? 0 : await ctx.db.$count(forms, and(eq(forms.workspaceId, ctx.workspaceId), inArray(forms.id, ids)));
  if (known !== ids.length) throw new JobFailedError(`The part ${part.name} of the back-up lists files of a form that is not in it.`);
  return byForm;
}

/** How many came now, and their bytes. Those that are there already are passed over. */
export async function restoreFiles(
  ctx: WorkspaceContext,
  folder: string,
  part: Part,
  rename: Rename,
  control: Pick<JobControl, "checkCancelled">,
): Promise<{ files: number; bytes: number }> {
  const { FILES } = ctx.env;
  let [files, bytes] = [0, 0];
  for (const [formId, lines] of await arriving(ctx, folder, part, rename)) {
    const places = new Map(
      (
        await expectUploads(
          ctx,
          formId,
          lines.map(({ row }) => row),
        )
      ).map((row) => [row.id, row.file_key]),
    );
    await inParallel(lines, COPIES_AT_ONCE, async ({ row, file, from }) => {
      const to = places.get(row.id);
      if (file !== null && to !== undefined) {
        const put = { httpMetadata: { contentType: row.type } };
        const copied = await copyFile(FILES, { from, to, put, expected: file, onBytes: () => control.checkCancelled() });
        if (copied === null) throw new JobFailedError(`The file ${from.slice(folder.length)} of the back-up is missing.`);
      }
      files += file === null ? 0 : 1;
      bytes += file?.bytes ?? 0;
    });
    await settleUploads(
      ctx,
      formId,
      lines.map(({ row }) => row),
    );
  }
  return { files, bytes };
}

/** What is not as the list says: a row, its bytes, or the response that it belongs to. */
export async function compareFiles(ctx: WorkspaceContext, folder: string, part: Part, rename: Rename): Promise<string[]> {
  const drift: string[] = [];
  for (const [formId, lines] of await arriving(ctx, folder, part, rename)) {
    const ids = lines.map(({ row }) => row.id);
    const found = new Map((await carriedUploads(ctx, formId, ids)).map((row) => [row.id, row]));
    const store = openPrimaryStore(ctx.env);
    await inParallel(lines, COPIES_AT_ONCE, async ({ row, file }) => {
      const response = await store.getResponse(ctx.workspaceId, formId, row.response_id);
      // Erased again by an attempt that came further than this one.
      if (response?.erasedAt != null) return;
      const own = found.get(row.id);
      if (response === null || own === undefined) drift.push(`${row.id}: ${response === null ? "no response" : "no row"}`);
      else if (!isSame(own, row)) drift.push(`${row.id}: another row`);
      else if (file !== null) {
        const object = await ctx.env.FILES.head(own.file_key);
        if (object?.size !== file.bytes || object.checksums.toJSON().sha256 !== file.sha256) drift.push(`${row.id}: other bytes`);
      }
    });
  }
  return drift;
}

const COMPARED = ["field", "name", "type", "size", "response_id", "created_by", "created_at"] as const;

function isSame(a: CarriedUpload, b: CarriedUpload): boolean {
  return COMPARED.every((name) => a[name] === b[name]);
}

/** Answers name files by id. Those that got a new one are named anew; whatever else looks like one in an answer stays. */
export async function withFilesRenamed(
  ctx: WorkspaceContext,
  formId: string,
  lines: readonly CarriedLine[],
  rename: Rename,
): Promise<readonly CarriedLine[]> {
  const named = lines.flatMap(({ entry, row }) => [...uploadsNamedIn(entry.data), ...uploadsNamedIn(row?.data)]);
  const here = new Set<string>();
  for (let i = 0; i < named.length; i += NAMES_AT_ONCE) {
    const ids = named.slice(i, i + NAMES_AT_ONCE).map(({ id }) => rename(id));
    for (const { id, field } of await carriedUploads(ctx, formId, ids)) here.add(`${field} ${id}`);
  }
  return withOtherAnswers(ctx, formId, lines, (answers) =>
    renameUploads(answers, ({ id, field }) => (here.has(`${field} ${rename(id)}`) ? rename(id) : id)),
  );
}
