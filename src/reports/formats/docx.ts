// A Word document: the facts, what the answers add up to, and every response with its questions; written as it is read. What they
// add up to stands before them, so they are read twice. Word opens no document of any length, so above a number they are divided into
// several, zipped.
import { documentFromTemplate, templateFingerprint } from "../docx-template";
import { type ZipEntry, zip } from "../files/zip";
import type { Tally } from "../table/tally";
import { answersOf } from "./answers";
import { front } from "./docx/front";
import { heading, wordsOf } from "./docx/heading";
import { documentOf, paperOf } from "./docx/package";
import { isMirrored, type TableRow, Tables } from "./docx/table";
import { paragraphs } from "./docx/text";
import { filledIn } from "./docx/words";
import type { ExportRow, ExportSource, Share, StreamFormat } from "./format";
import { sideOf } from "./language";
import { rowsOf } from "./passing";
import { readableText } from "./readable";

/** Some nine hundred pages of a form with ten questions: beyond that programs take minutes to lay a document out. */
export const RESPONSES_PER_FILE = 2_000;
/** Word's own limit is 32 MB of text; long answers fill a file sooner. */
const CHARS_PER_FILE = 24_000_000;

/** Of the progress. */
const FIRST_READING: Share = [0, 0.33];
const SECOND_READING: Share = [0.33, 0.98];

const common = {
  kind: "stream",
  name: "docx",
  choices: "label",
  fingerprint: templateFingerprint,
} as const;

export const docx: StreamFormat = {
  ...common,
  extension: "docx",
  contentType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  instead: ({ expectedRows, options }) => (expectedRows > RESPONSES_PER_FILE && options.per_response !== false ? divided : null),
  write: async function* (source) {
    const own = await documentFromTemplate(source);
    if (own !== null) return yield own;
    const { meta } = source;
    const tally = await addedUp(source);
    const body = joined(front(source, tally), meta.options.per_response === false ? [] : responses(source));
    yield* documentOf(source, body, meta.options.cover !== false);
  },
};

/** A document of the facts and the figures, and one for every so many responses. */
const divided: StreamFormat = {
  ...common,
  extension: "zip",
  contentType: "application/zip",
  write: async function* (source) {
    const own = await documentFromTemplate(source);
    if (own !== null) return yield own;
    yield* zip(files(source), source.meta.madeAt);
  },
};

async function* files(source: ExportSource): AsyncGenerator<ZipEntry> {
  const { meta } = source;
  const tally = await addedUp(source);
  if (meta.options.cover !== false || meta.options.summary !== false) {
    yield { path: "Summary.docx", data: documentOf(source, joined(front(source, tally), []), meta.options.cover !== false) };
  }
  const tables = responseTables(source);
  const rows = rowsOf(source, SECOND_READING);
  let pending = await rows.next();
  for (let number = 0; !pending.done; ) {
    const path = `Responses from ${String(number + 1).padStart(String(tally.rows).length, "0")}.docx`;
    yield { path, data: documentOf(source, some(), false) };

    async function* some(): AsyncGenerator<string> {
      yield heading(source, wordsOf(source)("Responses"), 1);
      let chars = 0;
      for (let i = 0; i < RESPONSES_PER_FILE && chars < CHARS_PER_FILE && !pending.done; i++) {
        number += 1;
        const text = oneResponse(source, pending.value, number, tables);
        chars += text.length;
        yield text;
        pending = await rows.next();
      }
    }
  }
}

async function addedUp(source: ExportSource): Promise<Tally> {
  const tally = source.newTally();
  for await (const page of source.pages(FIRST_READING)) for (const { cells } of page) tally.add(cells);
  return tally;
}

async function* responses(source: ExportSource): AsyncGenerator<string> {
  const tables = responseTables(source);
  let number = 0;
  for await (const row of rowsOf(source, SECOND_READING)) {
    number += 1;
    if (number === 1) yield heading(source, wordsOf(source)("Responses"), 1, true);
    yield oneResponse(source, row, number, tables);
  }
}

function responseTables({ meta }: ExportSource): Tables {
  return new Tables(paperOf(meta), 0.38);
}

function oneResponse(source: ExportSource, row: ExportRow, number: number, tables: Tables): string {
  const { meta } = source;
  const { response } = row;
  const say = wordsOf(source);
  const rows = answersOf(source, row, say).map((part): TableRow => (part.kind === "turn" ? { heading: part.label } : part));
  return (
    heading(source, filledIn(say("Response {number}"), { number }), 2) +
    paragraphs(`${readableText({ at: response.submittedAt }, meta.timezone)} · ${response.id}`, {
      style: "Byline",
      side: sideOf(source),
    }) +
    tables.write(rows.length === 0 ? [{ label: "", text: say("No answers") }] : rows, { mirrored: isMirrored(rows) })
  );
}

async function* joined(...parts: (Iterable<string> | AsyncIterable<string>)[]): AsyncGenerator<string> {
  for (const part of parts) yield* part;
}
