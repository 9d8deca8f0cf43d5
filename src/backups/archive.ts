// Where a back-up lies: parts of compressed JSON lines under one folder of the bucket, the files of responses beside them as they are, and
// a manifest that is written last. Without a manifest it is no back-up. Each part says how many lines it has and what their hash is, and
// a part of files says the same of each file; so whoever trusts the manifest can check everything.
import { z } from "zod";
import { JobFailedError } from "../jobs";
import { sha256Hex } from "../shared/crypto";

/** 1 had no files. */
export const FORMAT = 2;
const MANIFEST = "manifest.json";

export const ROWS = "1-rows/";
export const ENTRIES = "2-entries/";
/** Rows of files, each with the hash of its bytes; and the bytes. */
export const UPLOADS = "3-uploads/";
export const FILES = "4-files/";

const Part = z.object({
  name: z.string(),
  lines: z.number().int(),
  bytes: z.number().int(),
  /** Of the lines before they were compressed. */
  sha256: z.string(),
  /** Of the files that its lines speak of. */
  file_bytes: z.number().int().optional(),
});
export type Part = z.infer<typeof Part>;

export const Manifest = z.object({
  format: z.number().int().min(1).max(FORMAT),
  backup_id: z.string(),
  workspace: z.object({ id: z.string(), name: z.string() }),
  created_at: z.iso.datetime(),
  responses: z.number().int(),
  forms: z.array(
    z.object({
      id: z.string(),
      ledgers: z.array(z.object({ settled: z.number().int(), hash: z.string() })),
      uploads: z.object({ rows: z.number().int(), bytes: z.number().int() }).optional(),
    }),
  ),
  tables: z.record(z.string(), z.number().int()),
  parts: z.array(Part),
});
export type Manifest = z.infer<typeof Manifest>;

export function folderOf(workspaceId: string, backupId: string): string {
  return `backups/${workspaceId}/${backupId}/`;
}

/** Written whole or not at all: an R2 put has no half-way. Written again under the same name it replaces what was there. */
export async function writePart(
  files: R2Bucket,
  folder: string,
  name: string,
  lines: readonly unknown[],
  fileBytes?: number,
): Promise<Part> {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const sha256 = await sha256Hex(text);
  const packed = await new Response(new Response(text).body?.pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
  const counted: Record<string, string> = fileBytes === undefined ? {} : { file_bytes: String(fileBytes) };
  await files.put(folder + name, packed, {
    httpMetadata: { contentType: "application/gzip" },
    customMetadata: { lines: String(lines.length), sha256, ...counted },
  });
  return { name, lines: lines.length, bytes: packed.byteLength, sha256, ...(fileBytes === undefined ? {} : { file_bytes: fileBytes }) };
}

export async function readPart(files: R2Bucket, folder: string, part: Pick<Part, "name" | "sha256">): Promise<unknown[]> {
  const object = await files.get(folder + part.name);
  if (object === null) throw new JobFailedError(`The part ${part.name} of the back-up is missing.`);
  const text = await new Response(object.body.pipeThrough(new DecompressionStream("gzip"))).text().catch((error: unknown) => {
    // What cannot be unpacked was altered; a bucket that fails meanwhile is another matter, and is tried again.
    if (error instanceof TypeError) return null;
    throw error;
  });
  if (text === null || (await sha256Hex(text)) !== part.sha256)
    throw new JobFailedError(`The part ${part.name} of the back-up is damaged.`);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}

/** What has been written so far under these prefixes; the names are in the order in which they are to be read. */
export async function listParts(files: R2Bucket, folder: string, prefixes: readonly string[]): Promise<Part[]> {
  const parts: Part[] = [];
  for (const prefix of prefixes) {
    let cursor: string | undefined;
    do {
      const page = await files.list({ prefix: folder + prefix, include: ["customMetadata"], ...(cursor === undefined ? {} : { cursor }) });
      for (const object of page.objects) parts.push(partOf(folder, object));
      cursor = page.truncated ? page.cursor : undefined;
    } while (cursor !== undefined);
  }
  return parts;
}

/** The one that follows `after`. */
export async function nextPart(files: R2Bucket, folder: string, prefix: string, after: string): Promise<Part | null> {
  const { objects } = await files.list({
    prefix: folder + prefix,
    include: ["customMetadata"],
    limit: 1,
    ...(after === "" ? {} : { startAfter: folder + after }),
  });
  return objects[0] === undefined ? null : partOf(folder, objects[0]);
}

function partOf(folder: string, { key, size, customMetadata }: R2Object): Part {
  const { lines, sha256 = "", file_bytes: fileBytes } = customMetadata ?? {};
  const counted = fileBytes === undefined ? {} : { file_bytes: Number(fileBytes) };
  return { name: key.slice(folder.length), lines: Number(lines), bytes: size, sha256, ...counted };
}

export async function writeManifest(files: R2Bucket, folder: string, manifest: Manifest): Promise<void> {
  await files.put(folder + MANIFEST, JSON.stringify(manifest), { httpMetadata: { contentType: "application/json" } });
}

export async function readManifest(files: R2Bucket, folder: string): Promise<Manifest | null> {
  const object = await files.get(folder + MANIFEST);
  if (object === null) return null;
  const read = Manifest.safeParse(await object.json().catch(() => null));
  if (!read.success) throw new JobFailedError("The manifest of the back-up is damaged, or a newer Headwater wrote it.");
  return read.data;
}

/** The manifest first: what is only half gone must not pass for a back-up. */
export async function removeAll(files: R2Bucket, folder: string): Promise<void> {
  await files.delete(folder + MANIFEST);
  for (;;) {
    const { objects, truncated } = await files.list({ prefix: folder });
    if (objects.length > 0) await files.delete(objects.map(({ key }) => key));
    if (!truncated) return;
  }
}
