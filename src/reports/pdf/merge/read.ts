// What a printed piece tells of itself: how many pages it has, and on which of them each anchor has landed.
import { ParseSpeeds, PDFArray, PDFDict, PDFDocument, PDFName, PDFRef } from "@cantoo/pdf-lib";

export interface PieceFacts {
  pages: number;
  /** Anchor → page within the piece, from 0. */
  anchors: ReadonlyMap<string, number>;
}

/** Yielding to timers after every few objects, the library's default, makes reading ten times slower. */
export function loadPiece(bytes: Uint8Array): Promise<PDFDocument> {
  return PDFDocument.load(bytes, { updateMetadata: false, parseSpeed: ParseSpeeds.Fastest });
}

export async function factsOf(bytes: Uint8Array): Promise<PieceFacts> {
  const piece = await loadPiece(bytes);
  const pages = new Map(piece.getPages().map((page, i) => [page.ref.objectNumber, i]));
  const anchors = new Map<string, number>();
  const named = piece.catalog.lookupMaybe(PDFName.of("Dests"), PDFDict);
  for (const [name, value] of named?.entries() ?? []) {
    const target = piece.context.lookup(value);
    const first = target instanceof PDFArray ? target.get(0) : undefined;
    const page = first instanceof PDFRef ? pages.get(first.objectNumber) : undefined;
    if (page !== undefined) anchors.set(name.decodeText(), page);
  }
  return { pages: pages.size, anchors };
}
