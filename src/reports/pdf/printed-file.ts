// pure. An upload as a report names it.
import type { Files } from "../table/files";
import type { PrintedFile } from "./model";

export function printedFile(id: string, files: Files | undefined): PrintedFile {
  const file = files?.get(id);
  return { name: file?.name ?? id, url: file?.url ?? null, image: null };
}
