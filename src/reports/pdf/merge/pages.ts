// One page of a piece, made a page of the whole: under a new parent, with its head and foot laid over it, its links pointing at
// pages of the whole.
import { PDFArray, type PDFContext, PDFDict, PDFName, PDFRawStream, PDFRef, PDFString } from "@cantoo/pdf-lib";
import { renumbered, renumberedDict } from "./writer";

const name = PDFName.of;
const RUNNING = "HwRunning";

/** Numbers of what is written once for all pages. */
export interface Shared {
  pages: number;
  saveState: number;
  restoreAndRun: number;
}

export const SAVE_STATE = "q\n";
export const RESTORE_AND_RUN = `\nQ\nq /${RUNNING} Do Q\n`;

export type Renumber = (from: number) => number;

/** The content of a page as a drawing that another page can show. */
export function asDrawing(context: PDFContext, page: PDFDict, to: Renumber): PDFRawStream {
  const content = context.lookup(page.get(name("Contents")));
  const stream = content instanceof PDFArray && content.size() === 1 ? context.lookup(content.get(0)) : content;
  if (!(stream instanceof PDFRawStream)) throw new Error("A printed head and foot has no content of its own");
  const dict = renumberedDict(context, stream.dict, to);
  dict.set(name("Type"), name("XObject"));
  dict.set(name("Subtype"), name("Form"));
  dict.set(name("BBox"), page.get(name("MediaBox")) ?? context.obj([0, 0, 612, 792]));
  dict.set(name("Resources"), renumbered(context, page.get(name("Resources")) ?? context.obj({}), to));
  return PDFRawStream.of(dict, stream.contents);
}

const PAGE_LINK = /^https:\/\/page\.invalid\/(\d{1,6})$/;

interface PageOfPiece {
  context: PDFContext;
  page: PDFDict;
  to: Renumber;
  /** Number of the head and foot in the whole; null where there is none. */
  running: number | null;
  shared: Shared;
  /** Printed page number → number of that page's object in the whole. */
  pageAt(printed: number): number | null;
}

export function pageOfWhole(piece: PageOfPiece): PDFDict {
  const { context, page, to, running, shared } = piece;
  const dict = PDFDict.withContext(context);
  for (const key of ["MediaBox", "Group", "Rotate"]) {
    const value = page.get(name(key));
    if (value !== undefined) dict.set(name(key), renumbered(context, value, to));
  }
  dict.set(name("Type"), name("Page"));
  dict.set(name("Parent"), PDFRef.of(shared.pages));
  const resources = lookupDict(context, page, "Resources");
  const content = page.get(name("Contents"));
  if (running === null) {
    dict.set(name("Resources"), renumberedDict(context, resources, to));
    if (content !== undefined) dict.set(name("Contents"), renumbered(context, content, to));
  } else {
    const own = renumberedDict(context, resources, to);
    const drawings = renumberedDict(context, lookupDict(context, resources, "XObject"), to);
    drawings.set(name(RUNNING), PDFRef.of(running));
    own.set(name("XObject"), drawings);
    dict.set(name("Resources"), own);
    const looked = context.lookup(content);
    const streams = looked instanceof PDFArray ? looked.asArray() : content === undefined ? [] : [content];
    const order = [PDFRef.of(shared.saveState), ...streams.map((one) => renumbered(context, one, to)), PDFRef.of(shared.restoreAndRun)];
    dict.set(name("Contents"), context.obj(order));
  }
  const links = linksOf(piece);
  if (links.length > 0) dict.set(name("Annots"), context.obj(links));
  return dict;
}

/** Links to a page number of ours become jumps; every other link is dropped: what is printed may be a stranger's answer. */
function linksOf({ context, page, pageAt }: PageOfPiece): PDFDict[] {
  const all = context.lookupMaybe(page.get(name("Annots")), PDFArray);
  return (all?.asArray() ?? []).flatMap((entry) => {
    const annotation = context.lookupMaybe(entry, PDFDict);
    const action = annotation === undefined ? undefined : context.lookupMaybe(annotation.get(name("A")), PDFDict);
    const address = action?.get(name("URI"));
    const printed = address instanceof PDFString ? PAGE_LINK.exec(address.asString())?.[1] : undefined;
    const target = printed === undefined ? null : pageAt(Number(printed));
    const rectangle = annotation?.get(name("Rect"));
    if (target === null || rectangle === undefined) return [];
    return [
      context.obj({ Type: "Annot", Subtype: "Link", Border: [0, 0, 0], Rect: rectangle, Dest: [PDFRef.of(target), "Fit"] }) as PDFDict,
    ];
  });
}

function lookupDict(context: PDFContext, dict: PDFDict, key: string): PDFDict {
  return context.lookupMaybe(dict.get(name(key)), PDFDict) ?? PDFDict.withContext(context);
}
