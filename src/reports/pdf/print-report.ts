// From a report to the bytes of its document: pieces are printed as they come, page numbers follow when all are known, and then
// the whole is written from front to back.
import { contentsHtml, coverHtml, type RunningPage, responsesHtml, runningHtml, type Sheet, summaryHtml } from "../../../templates/report";
import { TooLargeError } from "../../shared/errors";
import { contentsOf, type NamedResponse, type PlacedPiece, runningTitles } from "./contents";
import { mergePieces, type Piece } from "./merge/merge";
import { factsOf } from "./merge/read";
import type { PrintedResponse } from "./model";
import type { Printer } from "./print/printer";

export interface PrintInput {
  sheet: Sheet;
  responses: AsyncIterable<PrintedResponse>;
  madeAt: number;
  /** 0–1 of the printing. */
  onProgress?(share: number): Promise<void>;
}

export interface PrintLimits {
  responsesAPiece: number;
  /** Characters of HTML after which a piece is closed early: one with pictures is large with few responses. */
  charactersAPiece: number;
  /** Bytes of all pieces together, which stand in memory until the page numbers are known. */
  bytes: number;
  pages: number;
}

export const PRINT_LIMITS: PrintLimits = { responsesAPiece: 100, charactersAPiece: 6_000_000, bytes: 40 * 1024 * 1024, pages: 10_000 };
const AT_ONCE = 2;
const MAX_TRIES_FOR_CONTENTS = 4;

export interface PrintedReport {
  pages: number;
  /** The document, from front to back. No browser is needed any more. */
  bytes(): AsyncGenerator<Uint8Array>;
}

type Kind = "cover" | "contents" | "summary" | "responses";

interface Printed extends PlacedPiece {
  kind: Kind;
  bytes: Uint8Array;
  responses: NamedResponse[];
}

export async function printReport(input: PrintInput, printer: Printer, limits: PrintLimits = PRINT_LIMITS): Promise<PrintedReport> {
  const { sheet } = input;
  const pieces = await printPieces(input, printer, limits);
  const named = pieces.flatMap((piece) => piece.responses);
  place(pieces);
  const contents = pieces.find(({ kind }) => kind === "contents");
  let entries = contentsOf(sheet, pieces, named);
  // A contents of another length moves all it speaks of: then it is printed once more.
  for (let attempt = 0; contents !== undefined && attempt < MAX_TRIES_FOR_CONTENTS; attempt++) {
    const before = contents.pages;
    Object.assign(contents, await printed(printer, contentsHtml(sheet, entries)));
    if (contents.pages === before) break;
    place(pieces);
    entries = contentsOf(sheet, pieces, named);
  }
  const total = pieces.reduce((sum, { pages }) => sum + pages, 0);
  if (total > limits.pages) throw new TooLargeError(`The report has ${total} pages; at most ${limits.pages} can be printed.`);
  const whole: Piece[] = [];
  for (const [i, piece] of pieces.entries()) {
    const running = piece.kind === "cover" ? null : await printer.print(runningHtml(sheet, runningPages(sheet, piece, total)));
    whole.push({ bytes: piece.bytes, pages: piece.pages, running });
    await input.onProgress?.(0.75 + (0.2 * (i + 1)) / pieces.length);
  }
  const { title, workspace } = sheet.report;
  const { language, rightToLeft } = sheet.writing;
  const facts = { title, author: workspace, language, madeAt: input.madeAt, rightToLeft };
  return { pages: total, bytes: () => mergePieces(whole, entries, facts) };
}

async function printPieces({ sheet, responses, onProgress }: PrintInput, printer: Printer, limits: PrintLimits): Promise<Printed[]> {
  const { sections } = sheet.setting;
  const pieces: Promise<Printed>[] = [];
  const open = new Set<Promise<unknown>>();
  let bytes = 0;
  let failure: { error: unknown } | null = null;
  const start = async (kind: Kind, html: string, named: NamedResponse[] = []): Promise<void> => {
    // One is being printed while the next is being written.
    while (open.size >= AT_ONCE) await Promise.race(open);
    if (failure !== null) throw failure.error;
    const piece = printed(printer, html).then((facts) => {
      bytes += facts.bytes.byteLength;
      if (bytes > limits.bytes) throw new TooLargeError("The report's pictures and pages are too large to be printed in one document.");
      return { kind, first: 0, responses: named, ...facts };
    });
    pieces.push(piece);
    const settled: Promise<unknown> = piece
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => open.delete(settled));
    open.add(settled);
  };
  const expected = Math.max(1, sheet.report.counts.printed);
  let done = 0;
  for (let at = 0; at < sections.length; at++) {
    const section = sections[at];
    if (section === "cover") await start("cover", coverHtml(sheet));
    if (section === "contents") await start("contents", contentsHtml(sheet, []));
    if (section === "summary" || section === "questions") {
      const next = sections[at + 1];
      const both = next === "summary" || next === "questions";
      await start("summary", summaryHtml(sheet, both ? [section, next] : [section]));
      if (both) at += 1;
    }
    if (section === "responses") {
      for await (const batch of batches(responses, limits)) {
        await start(
          "responses",
          responsesHtml(sheet, batch),
          batch.map(({ number, name }) => ({ number, name })),
        );
        done += batch.length;
        await onProgress?.(0.7 * Math.min(1, done / expected));
      }
    }
  }
  await Promise.all(open);
  return Promise.all(pieces);
}

async function* batches(responses: AsyncIterable<PrintedResponse>, limits: PrintLimits): AsyncGenerator<PrintedResponse[]> {
  let batch: PrintedResponse[] = [];
  let characters = 0;
  for await (const response of responses) {
    batch.push(response);
    characters += sizeOf(response);
    if (batch.length < limits.responsesAPiece && characters < limits.charactersAPiece) continue;
    yield batch;
    [batch, characters] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

function sizeOf({ parts }: PrintedResponse): number {
  let size = 500;
  for (const { answers } of parts) {
    for (const { value } of answers) {
      size += 200;
      if (value.kind === "text") size += value.text.length;
      if (value.kind === "files") for (const { image } of value.files) size += image?.length ?? 0;
    }
  }
  return size;
}

async function printed(printer: Printer, html: string) {
  const bytes = await printer.print(html);
  return { bytes, ...(await factsOf(bytes)) };
}

function place(pieces: Printed[]): void {
  let first = 1;
  for (const piece of pieces) {
    piece.first = first;
    first += piece.pages;
  }
}

function runningPages(sheet: Sheet, piece: Printed, of: number): RunningPage[] {
  const titles = runningTitles(sheet, piece, piece.kind === "cover" ? "contents" : piece.kind, piece.responses);
  return titles.map((section, i) => ({ number: piece.first + i, of, section, shown: piece.kind !== "cover" }));
}
