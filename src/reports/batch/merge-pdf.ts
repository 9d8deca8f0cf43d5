// Finished PDFs as one, with a bookmark for each.
import { JobFailedError } from "../../jobs";
import type { ExportSource, StreamFormat } from "../formats/format";
import { mergePieces, type Piece } from "../pdf/merge/merge";
import { factsOf } from "../pdf/merge/read";

/** They stand in memory together until the last is there: an isolate has 128 MB. */
const MAX_BYTES = 48 * 1024 * 1024;

export const mergePdfs: NonNullable<StreamFormat["merge"]> = async function* (source: ExportSource, files) {
  const pieces: Piece[] = [];
  const bookmarks: { title: string; level: 1; page: number }[] = [];
  let pagesBefore = 0;
  let bytes = 0;
  for await (const { title, bytes: file } of files) {
    const { pages } = await factsOf(file);
    bytes += file.length;
    if (bytes > MAX_BYTES) throw new JobFailedError("Together these are too much for one PDF; have them zipped instead.");
    pieces.push({ bytes: file, pages, running: null });
    bookmarks.push({ title, level: 1, page: pagesBefore + 1 });
    pagesBefore += pages;
  }
  if (pieces.length === 0) throw new JobFailedError("There are no responses to make a PDF of.");
  const { title, workspaceName, madeAt } = source.meta;
  yield* mergePieces(pieces, bookmarks, { title, author: workspaceName, language: "en", madeAt, rightToLeft: false });
};
