// Where a back-up lies: parts of compressed JSON lines under one folder of the bucket, and a manifest that is written last. Without
// a manifest it is no back-up.
import { z } from "zod";
import { JobFailedError } from "../jobs";
import { sha256Hex } from "../shared/crypto";

export const FORMAT = 1;
const MANIFEST = "manifest.json";

const Part = z.object({
  name: z.string(),
  lines: z.number().int(),
  bytes: z.number().int(),
  /** Of the lines before they were compressed. */
  sha256: z.string(),
});
export type Part = z.infer<typeof Part>;

export const Manifest = z.object({
  format: z.literal(FORMAT),
  backup_id: z.string(),
  workspace: z.object({ id: z.string(), name: z.string() }),
  created_at: z.iso.datetime(),
  responses: z.number().int(),
  forms: z.array(z.object({ id: z.string(), ledgers: z.array(z.object({ settled: z.number().int(), hash: z.string() })) })),
  tables: z.record(z.string(), z.number().int()),
  parts: z.array(Part),
});
export type Manifest = z.infer<typeof Manifest>;

export function folderOf(workspaceId: string, backupId: string): string {
  return `backups/${workspaceId}/${backupId}/`;
}

/** Written whole or not at all: an R2 put has no half-way. Written again under the same name it replaces what was there. */
export async function writePart(files: R2Bucket, folder: string, name: string, lines: readonly unknown[]): Promise<Part> {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const sha256 = await sha256Hex(text);
  const packed = await new Response(new Response(text).body?.pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
  const part = { name, lines: lines.length, bytes: packed.byteLength, sha256 };
  await files.put(folder + name, packed, {
    httpMetadata: { contentType: "application/gzip" },
    customMetadata: { lines: String(part.lines), sha256 },
  });
  return part;
}

export async function readPart(files: R2Bucket, folder: string, part: Pick<Part, "name" | "sha256">): Promise<unknown[]> {
  const object = await files.get(folder + part.name);
  if (object === null) throw new JobFailedError(`The part ${part.name} of the back-up is missing.`);
  const text = await new Response(object.body.pipeThrough(new DecompressionStream("gzip"))).text();
  if ((await sha256Hex(text)) !== part.sha256) throw new JobFailedError(`The part ${part.name} of the back-up is damaged.`);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}

/** What has been written so far; the names are in the order in which they are to be read. */
export async function listParts(files: R2Bucket, folder: string): Promise<Part[]> {
  const parts: Part[] = [];
  let cursor: string | undefined;
  do {
    const page = await files.list({ prefix: folder, include: ["customMetadata"], ...(cursor === undefined ? {} : { cursor }) });
    for (const { key, size, customMetadata } of page.objects) {
      const name = key.slice(folder.length);
      if (name === MANIFEST) continue;
      parts.push({ name, lines: Number(customMetadata?.lines), bytes: size, sha256: customMetadata?.sha256 ?? "" });
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return parts;
}

export async function writeManifest(files: R2Bucket, folder: string, manifest: Manifest): Promise<void> {
  await files.put(folder + MANIFEST, JSON.stringify(manifest), { httpMetadata: { contentType: "application/json" } });
}

export async function readManifest(files: R2Bucket, folder: string): Promise<Manifest | null> {
  const object = await files.get(folder + MANIFEST);
  return object === null ? null : Manifest.parse(await object.json());
}

export async function removeAll(files: R2Bucket, folder: string): Promise<void> {
  for (;;) {
    const { objects, truncated } = await files.list({ prefix: folder });
    if (objects.length > 0) await files.delete(objects.map(({ key }) => key));
    if (!truncated) return;
  }
}
