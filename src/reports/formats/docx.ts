// A Word document: the facts, what the answers add up to, and every response with its questions; written as it is read. What they
// add up to stands before them, so they are read twice. Word opens no document of any length, so above a number they are divided into
// several, zipped.
import { documentFromTemplate, templateFingerprint } from "../docx-template";
import { type ZipEntry, zip } from "../files/zip";
import type { Tally } from "../table/tally";
import { answersOf } from "./answers";
import { documentOf, paperOf } from "./docx/package";
import { type TableRow, Tables } from "./docx/table";
import { isRightToLeft, paragraphs } from "./docx/text";
import { factsOf } from "./facts";
import type { ExportRow, ExportSource, Share, StreamFormat } from "./format";
import { sideOf } from "./language";
import { currenciesOf } from "./money";
import { rowsOf } from "./passing";
import { readableText } from "./readable";
import { answeredOf, choiceInWords, type QuestionSummary, shortNumber } from "./summary";

/** Some nine hundred pages of a form with ten questions: beyond that programs take minutes to lay a document out. */
export const RESPONSES_PER_FILE = 2_000;
/** Word's own limit is 32 MB of text; long answers fill a file sooner. */
const CHARS_PER_FILE = 24_000_000;

/** Rows of figures that stand on one page. */
const KEPT_TOGETHER = 10;
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
      yield heading(source, "Responses", 1);
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

function* front(source: ExportSource, tally: Tally): Generator<string> {
  const { meta } = source;
  if (meta.options.cover !== false) yield cover(source, tally.rows);
  if (meta.options.summary === false) return;
  const questions = answeredOf(tally).map((question) => ({ ...question, label: labelIn(source, question) }));
  if (questions.length > 0) yield heading(source, "Summary", 1, true);
  const tables = new Tables(paperOf(meta), 0.6);
  const currencies = currenciesOf(source.schemas);
  const isCounted = ({ figures: of, choices }: QuestionSummary) => of === null && choices === null;
  const more = questions.filter((question) => !isCounted(question));
  for (const question of more)
    yield questionHeading(question.label) + figures(question, { rows: tally.rows, tables, currency: currencies.get(question.key) });
  // Of names and sentences there is nothing to say but how many: a line each.
  const counted = questions.filter(isCounted).map(({ label, answered }) => ({ label, text: `${answered} of ${tally.rows}` }));
  if (counted.length === 0) return;
  if (more.length > 0) yield heading(source, "Other questions", 3);
  yield tables.write(counted, { mirrored: isMirrored(counted), together: counted.length <= KEPT_TOGETHER });
}

/** A question of a repeating group goes by the group's name as well: there, "Name" alone is everybody's. */
function labelIn({ columns, repeats }: ExportSource, { key, label }: QuestionSummary): string {
  const column = columns.find((one) => one.key === key);
  const group = column?.repeat == null ? undefined : repeats.find(({ path }) => path === column.repeat);
  return group === undefined ? label : `${group.label} · ${label}`;
}

function cover(source: ExportSource, rows: number): string {
  const { meta } = source;
  const side = sideOf(source);
  const facts = factsOf(source, rows).map(({ label, value }) => ({ label, text: readableText(value, meta.timezone) }));
  return (
    paragraphs(meta.workspaceName, { style: "Overline", side }) +
    paragraphs(meta.title, { style: "Title", side }) +
    new Tables(paperOf(meta), 0.3).write(facts, { mirrored: side === "right" })
  );
}

/** On the side of the table below it. */
function questionHeading(label: string): string {
  return paragraphs(label, { style: "Heading3", side: isRightToLeft(label) ? "right" : "left" });
}

interface FigureLook {
  rows: number;
  tables: Tables;
  currency: string | undefined;
}

function figures({ label, answered, figures: of, choices }: QuestionSummary, { rows, tables, currency }: FigureLook): string {
  const lines: TableRow[] = [{ label: "Answered", text: `${answered} of ${rows}` }];
  if (of !== null) {
    lines.push(
      { label: "Average", text: shortNumber(of.average, currency) },
      { label: "Least", text: shortNumber(of.least, currency) },
      { label: "Most", text: shortNumber(of.most, currency) },
    );
  }
  for (const choice of choices ?? []) lines.push({ label: choice.label, text: choiceInWords(choice) });
  return tables.write(lines, { mirrored: isRightToLeft(label), together: lines.length <= KEPT_TOGETHER });
}

async function* responses(source: ExportSource): AsyncGenerator<string> {
  const tables = responseTables(source);
  let number = 0;
  for await (const row of rowsOf(source, SECOND_READING)) {
    number += 1;
    if (number === 1) yield heading(source, "Responses", 1, true);
    yield oneResponse(source, row, number, tables);
  }
}

function responseTables({ meta }: ExportSource): Tables {
  return new Tables(paperOf(meta), 0.38);
}

function oneResponse(source: ExportSource, row: ExportRow, number: number, tables: Tables): string {
  const { meta } = source;
  const { response } = row;
  const rows = answersOf(source, row).map((part): TableRow => (part.kind === "turn" ? { heading: part.label } : part));
  return (
    heading(source, `Response ${number}`, 2) +
    paragraphs(`${readableText({ at: response.submittedAt }, meta.timezone)} · ${response.id}`, {
      style: "Byline",
      side: sideOf(source),
    }) +
    tables.write(rows.length === 0 ? [{ label: "", text: "No answers" }] : rows, { mirrored: isMirrored(rows) })
  );
}

/** Where most questions are read from the right. */
function isMirrored(rows: readonly TableRow[]): boolean {
  return rows.filter((row) => "label" in row && isRightToLeft(row.label)).length * 2 > rows.length;
}

function heading(source: ExportSource, text: string, level: 1 | 2 | 3, newPage = false): string {
  return paragraphs(text, { style: `Heading${level}`, newPage, side: sideOf(source) });
}

async function* joined(...parts: (Iterable<string> | AsyncIterable<string>)[]): AsyncGenerator<string> {
  for (const part of parts) yield* part;
}
