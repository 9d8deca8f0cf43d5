// The files of a form's responses, after its chains: whatever the entries that were written name, and nothing else. So the files are of
// the same position as the entries, though the form goes on; and one that nobody has submitted is named by no entry.
import type { JobControl } from "../jobs";
import type { CarriedLine } from "../responses";
import type { WorkspaceContext } from "../shared/context";
import { inParallel } from "../shared/in-parallel";
import { CarriedUpload, type Claim, type LyingUpload, uploadsNamedIn, uploadsToCarry } from "../uploads";
import { ENTRIES, FILES, nextPart, type Part, readPart, UPLOADS, writePart } from "./archive";
import { copyFile, type FileDigest } from "./copy-file";

const CLAIMS_AT_ONCE = 300;
const FILES_PER_PART = 100;
const BYTES_PER_PART = 512 * 1024 * 1024;
/** A get and a put each hold a connection, of which an invocation has six. */
export const COPIES_AT_ONCE = 3;

export interface UploadLine {
  row: CarriedUpload;
  /** Null: its bytes were refused, and only the row tells of it. */
  file: FileDigest | null;
}

/** Where it stands: the part of entries that was done last, and how much of the next one. */
export interface FilesAt {
  done: string;
  at: number;
}

export interface Written {
  next: FilesAt | null;
  files: number;
  bytes: number;
  looked: number;
}

export const fileName = ({ form_id, id }: Pick<CarriedUpload, "form_id" | "id">): string => `${FILES}${form_id}/${id}`;

/** A page of files and the part that lists them. `next` is null when the form has no more. */
export async function writeFiles(
  ctx: WorkspaceContext,
  folder: string,
  formId: string,
  { done, at }: FilesAt,
  control: Pick<JobControl, "checkCancelled">,
): Promise<Written> {
  const entries = await nextEntries(ctx, folder, formId, done);
  if (entries === null) return { next: null, files: 0, bytes: 0, looked: 0 };
  const claims = claimsOf((await readPart(ctx.env.FILES, folder, entries)) as CarriedLine[]);
  const page = claims.slice(at, at + CLAIMS_AT_ONCE);
  const { taken, rows } = await pageOf(ctx, formId, page);
  const place = `${entries.name.slice(ENTRIES.length, -".jsonl.gz".length)}-${String(at).padStart(6, "0")}`;
  const lines = await copyAll(ctx, folder, place, rows, control);
  const bytes = lines.reduce((sum, { file }) => sum + (file?.bytes ?? 0), 0);
  if (lines.length > 0) await writePart(ctx.env.FILES, folder, `${UPLOADS}${place}.jsonl.gz`, lines, bytes);
  const next = at + taken < claims.length ? { done, at: at + taken } : { done: entries.name, at: 0 };
  return { next, files: lines.filter(({ file }) => file !== null).length, bytes, looked: rows.length };
}

async function nextEntries(ctx: WorkspaceContext, folder: string, formId: string, done: string): Promise<Part | null> {
  for (let after = done; ; ) {
    const part = await nextPart(ctx.env.FILES, folder, `${ENTRIES}${formId}/`, after);
    if (part === null || !part.name.endsWith("/end.jsonl.gz")) return part;
    after = part.name;
  }
}

/** Each once, in the order of the entries: told again, the same. */
function claimsOf(lines: readonly CarriedLine[]): Claim[] {
  const claims = new Map<string, Claim>();
  for (const { entry } of lines)
    for (const named of uploadsNamedIn(entry.data))
      claims.set(`${entry.responseId} ${named.field} ${named.id}`, { ...named, response: entry.responseId });
  return [...claims.values()];
}

/** As many as fit in one part, and how many names that takes. */
async function pageOf(ctx: WorkspaceContext, formId: string, page: readonly Claim[]): Promise<{ taken: number; rows: LyingUpload[] }> {
  if (page.length === 0) return { taken: 0, rows: [] };
  const found = new Map((await uploadsToCarry(ctx, formId, page)).map((row) => [`${row.response_id} ${row.id}`, row]));
  const rows = new Map<string, LyingUpload>();
  let bytes = 0;
  for (const [i, { id, response }] of page.entries()) {
    const row = found.get(`${response} ${id}`);
    if (row === undefined || rows.has(id)) continue;
    if (rows.size > 0 && (rows.size === FILES_PER_PART || bytes + row.size > BYTES_PER_PART)) return { taken: i, rows: [...rows.values()] };
    rows.set(id, row);
    bytes += row.size;
  }
  return { taken: page.length, rows: [...rows.values()] };
}

async function copyAll(
  ctx: WorkspaceContext,
  folder: string,
  place: string,
  rows: readonly LyingUpload[],
  control: Pick<JobControl, "checkCancelled">,
): Promise<UploadLine[]> {
  const lines = new Map<string, UploadLine>();
  await inParallel(rows, COPIES_AT_ONCE, async (row) => {
    const to = folder + fileName(row);
    // Every edit names the files again. What an earlier page has copied is in that page's list; what this one has is copied again,
    // because it may have died before it wrote its list.
    const there = await ctx.env.FILES.head(to);
    if (there !== null && there.customMetadata?.place !== place) return;
    const file = await copyFile(ctx.env.FILES, {
      from: row.file_key,
      to,
      put: { httpMetadata: { contentType: "application/octet-stream" }, customMetadata: { place } },
      onBytes: () => control.checkCancelled(),
    });
    // Erased just now, bytes first.
    if (file === null && row.scan !== "refused") return;
    lines.set(row.id, { row: CarriedUpload.parse(row), file });
  });
  return rows.flatMap(({ id }) => lines.get(id) ?? []);
}
