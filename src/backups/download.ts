import { downloadZip } from "client-zip";
import type { ServiceContext } from "../shared/context";
import { ConflictError } from "../shared/errors";
import { folderOf, readManifest, readPart, UPLOADS } from "./archive";
import { getBackup } from "./manage";
import { fileName, type UploadLine } from "./write-files";

/**
 * Everything of a back-up as one file, part by part as it is read: to keep where Headwater is not. It holds what the folder holds, under
 * the same names; so put back into a folder it is the back-up.
 */
export async function downloadBackup(ctx: ServiceContext, id: string): Promise<{ name: string; body: ReadableStream<Uint8Array> }> {
  const backup = await getBackup(ctx, id);
  const folder = folderOf(backup.workspaceId, id);
  const { FILES } = ctx.env;
  const manifest = await readManifest(FILES, folder);
  if (manifest === null) throw new ConflictError("The back-up is still being made.", "not_finished");
  const { parts } = manifest;
  const open = async (name: string) => {
    const object = await FILES.get(folder + name);
    // Cut off, the zip has no index and nobody takes it for whole; leaving the piece out would not show.
    if (object === null) throw new Error(`The back-up was deleted while it was being sent: ${name} is gone.`);
    return { name, input: object.body, size: object.size, lastModified: object.uploaded };
  };
  async function* files() {
    yield { name: "manifest.json", input: JSON.stringify(manifest, null, 2) };
    for (const part of parts) yield await open(part.name);
    for (const part of parts) {
      if (!part.name.startsWith(UPLOADS)) continue;
      const lines = (await readPart(FILES, folder, part)) as UploadLine[];
      for (const { row, file } of lines) if (file !== null) yield await open(fileName(row));
    }
  }
  const body = downloadZip(files()).body;
  if (body === null) throw new Error("A zip always has a body.");
  return { name: `headwater-${id}.zip`, body };
}
