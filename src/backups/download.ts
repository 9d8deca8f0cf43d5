import { downloadZip } from "client-zip";
import type { ServiceContext } from "../shared/context";
import { ConflictError } from "../shared/errors";
import { folderOf, readManifest } from "./archive";
import { getBackup } from "./manage";

/** Everything of a back-up as one file, part by part as it is read: to keep where Headwater is not. */
export async function downloadBackup(ctx: ServiceContext, id: string): Promise<{ name: string; body: ReadableStream<Uint8Array> }> {
  const backup = await getBackup(ctx, id);
  const folder = folderOf(backup.workspaceId, id);
  const manifest = await readManifest(ctx.env.FILES, folder);
  if (manifest === null) throw new ConflictError("The back-up is still being made.", "not_finished");
  const { FILES } = ctx.env;
  async function* files() {
    yield { name: "manifest.json", input: JSON.stringify(manifest, null, 2) };
    for (const part of manifest?.parts ?? []) {
      const object = await FILES.get(folder + part.name);
      if (object !== null) yield { name: part.name, input: object.body, lastModified: object.uploaded };
    }
  }
  const body = downloadZip(files()).body;
  if (body === null) throw new Error("A zip always has a body.");
  return { name: `headwater-${id}.zip`, body };
}
