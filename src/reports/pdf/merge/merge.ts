// Pieces become one document. Each is read, copied and forgotten before the next: memory holds one piece, whatever the whole.
import {
  PDFArray,
  PDFContext,
  PDFDict,
  PDFHexString,
  PDFName,
  type PDFObject,
  PDFPageLeaf,
  PDFRawStream,
  PDFRef,
  PDFString,
} from "@cantoo/pdf-lib";
import { sha256Hex, toHex } from "../../../shared/crypto";
import { asDrawing, pageOfWhole, RESTORE_AND_RUN, SAVE_STATE, type Shared } from "./pages";
import { loadPiece } from "./read";
import { hasReferences, PdfWriter, renumbered } from "./writer";

export interface Piece {
  bytes: Uint8Array;
  pages: number;
  /** Heads and feet, one page for each of its pages; null for a piece that has none. */
  running: Uint8Array | null;
}

export interface Bookmark {
  title: string;
  level: 1 | 2;
  /** As printed, from 1. */
  page: number;
}

export interface DocumentFacts {
  title: string;
  author: string;
  language: string;
  madeAt: number;
  rightToLeft: boolean;
}

const CATALOG = 1;
const INFO = 2;
const PAGES = 3;
const SAVE = 4;
const RESTORE = 5;
const FIRST_PAGE = 6;
/** Smaller streams are not worth a look for a twin. */
const TWIN_BYTES = 1_024;

export async function* mergePieces(
  pieces: readonly Piece[],
  bookmarks: readonly Bookmark[],
  facts: DocumentFacts,
): AsyncGenerator<Uint8Array> {
  const total = pieces.reduce((sum, { pages }) => sum + pages, 0);
  const writer = new PdfWriter(FIRST_PAGE + total);
  const own = PDFContext.create();
  const pageAt = (printed: number) => (printed >= 1 && printed <= total ? FIRST_PAGE + printed - 1 : null);
  const copier = new Copier(writer, pageAt);
  writer.write(SAVE, own.stream(SAVE_STATE));
  writer.write(RESTORE, own.stream(RESTORE_AND_RUN));
  let first = 0;
  for (const piece of pieces) {
    await copier.copy(piece, first);
    first += piece.pages;
    yield* writer.take();
  }
  const kids = Array.from({ length: total }, (_, i) => PDFRef.of(FIRST_PAGE + i));
  writer.write(PAGES, own.obj({ Type: "Pages", Count: total, Kids: kids }));
  const outline = writeOutline(writer, own, bookmarks, pageAt);
  writer.write(INFO, infoOf(own, facts));
  const catalog = own.obj({
    Type: "Catalog",
    Pages: PDFRef.of(PAGES),
    Lang: PDFString.of(facts.language),
    ViewerPreferences: { DisplayDocTitle: true, ...(facts.rightToLeft ? { Direction: "R2L" } : {}) },
  }) as PDFDict;
  if (outline !== null) {
    catalog.set(PDFName.of("Outlines"), PDFRef.of(outline));
    catalog.set(PDFName.of("PageMode"), PDFName.of("UseOutlines"));
  }
  writer.write(CATALOG, catalog);
  writer.finish(CATALOG, INFO, (await sha256Hex(`${facts.title}\n${facts.madeAt}\n${total}`)).slice(0, 32));
  yield* writer.take(true);
}

class Copier {
  /** What has been written already, by its content: a logo is in every piece, and once in the whole. */
  readonly #twins = new Map<string, number>();

  constructor(
    private readonly writer: PdfWriter,
    private readonly pageAt: (printed: number) => number | null,
  ) {}

  async copy(piece: Piece, first: number): Promise<void> {
    const drawings = piece.running === null ? [] : await this.#copyRunning(piece.running);
    const { document, context, to } = await this.#begin(piece.bytes, ["Resources", "Contents", "Group"]);
    const shared: Shared = { pages: PAGES, saveState: SAVE, restoreAndRun: RESTORE };
    for (const [i, page] of document.getPages().entries()) {
      const number = this.pageAt(first + i + 1);
      if (number === null) throw new Error("A piece has more pages than were counted");
      const dict = pageOfWhole({ context, page: page.node, to, running: drawings[i] ?? null, shared, pageAt: this.pageAt });
      this.writer.write(number, dict);
    }
  }

  async #copyRunning(bytes: Uint8Array): Promise<number[]> {
    // Their contents go into the drawings themselves.
    const { document, context, to } = await this.#begin(bytes, ["Resources"]);
    return document.getPages().map((page) => {
      const number = this.writer.reserve();
      this.writer.write(number, asDrawing(context, page.node, to));
      return number;
    });
  }

  /** Copies all but pages, their tree and the catalogue. */
  async #begin(bytes: Uint8Array, keys: readonly string[]) {
    const document = await loadPiece(bytes);
    const { context } = document;
    const numbers = new Map<number, number>();
    const to = (from: number) => {
      const known = numbers.get(from);
      if (known !== undefined) return known;
      const given = this.writer.reserve();
      numbers.set(from, given);
      return given;
    };
    const wanted = reachable(
      document.getPages().map((page) => page.node),
      keys,
      context,
    );
    const later: [number, PDFRawStream][] = [];
    const written = new Set<number>();
    for (const number of wanted) {
      const object = context.lookup(PDFRef.of(number));
      if (object instanceof PDFRawStream && object.contents.length >= TWIN_BYTES) later.push([number, object]);
    }
    // A picture refers to its mask: the mask goes first, and then both can be recognised.
    later.sort(([, a], [, b]) => Number(hasReferences(a)) - Number(hasReferences(b)));
    for (const [number, stream] of later) {
      const copy = renumbered(context, stream, to) as PDFRawStream;
      const key = `${copy.dict}${toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", copy.contents as BufferSource)))}`;
      const twin = this.#twins.get(key);
      written.add(number);
      if (twin !== undefined && !numbers.has(number)) numbers.set(number, twin);
      else {
        this.writer.write(to(number), copy);
        if (twin === undefined) this.#twins.set(key, to(number));
      }
    }
    for (const number of wanted) {
      if (written.has(number)) continue;
      const object = context.lookup(PDFRef.of(number));
      if (object !== undefined) this.writer.write(to(number), renumbered(context, object, to));
    }
    return { document, context, to };
  }
}

/** Numbers of all that pages show, without the pages themselves, and without what only hangs on links. */
function reachable(pages: readonly PDFDict[], keys: readonly string[], context: PDFContext): Set<number> {
  const found = new Set<number>();
  const open = pages.flatMap((page) => keys.map((key) => page.get(PDFName.of(key)))).filter((value) => value !== undefined);
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (value instanceof PDFRef) {
      if (found.has(value.objectNumber)) continue;
      const object = context.lookup(value);
      if (object === undefined || object instanceof PDFPageLeaf) continue;
      found.add(value.objectNumber);
      open.push(object);
    } else open.push(...childrenOf(value));
  }
  return found;
}

function childrenOf(value: PDFObject): PDFObject[] {
  if (value instanceof PDFRawStream) return value.dict.values();
  if (value instanceof PDFDict) return value.values();
  return value instanceof PDFArray ? value.asArray() : [];
}

function writeOutline(
  writer: PdfWriter,
  own: PDFContext,
  bookmarks: readonly Bookmark[],
  pageAt: (printed: number) => number | null,
): number | null {
  if (bookmarks.length === 0) return null;
  const root = writer.reserve();
  const nodes = bookmarks.map((bookmark) => ({ bookmark, number: writer.reserve(), children: [] as number[], parent: root }));
  const tops: number[] = [];
  let parent: (typeof nodes)[number] | undefined;
  for (const node of nodes) {
    if (node.bookmark.level === 1 || parent === undefined) {
      tops.push(node.number);
      parent = node;
    } else {
      node.parent = parent.number;
      parent.children.push(node.number);
    }
  }
  const siblings = new Map(nodes.map((node) => [node.number, node.children]));
  siblings.set(root, tops);
  for (const { bookmark, number, children, parent: above } of nodes) {
    const row = siblings.get(above) ?? [];
    const at = row.indexOf(number);
    const [previous, next, firstChild, lastChild] = [row[at - 1], row[at + 1], children[0], children.at(-1)];
    const page = pageAt(bookmark.page);
    writer.write(
      number,
      own.obj({
        Title: PDFHexString.fromText(bookmark.title.toWellFormed()),
        Parent: PDFRef.of(above),
        ...(page === null ? {} : { Dest: [PDFRef.of(page), "Fit"] }),
        ...(previous === undefined ? {} : { Prev: PDFRef.of(previous) }),
        ...(next === undefined ? {} : { Next: PDFRef.of(next) }),
        // Closed at first: a thousand responses would push everything else out of sight.
        ...(firstChild === undefined || lastChild === undefined
          ? {}
          : { First: PDFRef.of(firstChild), Last: PDFRef.of(lastChild), Count: -children.length }),
      }),
    );
  }
  const [first, last] = [tops[0] ?? 0, tops.at(-1) ?? 0];
  writer.write(root, own.obj({ Type: "Outlines", First: PDFRef.of(first), Last: PDFRef.of(last), Count: tops.length }));
  return root;
}

function infoOf(own: PDFContext, { title, author, madeAt }: DocumentFacts) {
  const date = new Date(madeAt);
  const at = date.toISOString().replace(/[-:T]|\..*$/g, "");
  return own.obj({
    Title: PDFHexString.fromText(title.toWellFormed()),
    Author: PDFHexString.fromText(author.toWellFormed()),
    Creator: PDFHexString.fromText("Headwater"),
    Producer: PDFHexString.fromText("Headwater"),
    CreationDate: PDFString.of(`D:${at}Z`),
    ModDate: PDFString.of(`D:${at}Z`),
  });
}
